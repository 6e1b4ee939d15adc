package io.apictck.machine;

/** What came of VMLAUNCH or VMRESUME. */
public sealed interface EntryResult {
  /** The guest runs, or ran: there may be a VM exit already. */
  record Entered() implements EntryResult {
    static final Entered YES = new Entered();
  }

  /**
   * VMfail: the next instruction was executed.
   *
   * @param status CF, PF, AF, ZF, SF and OF
   * @param error the VM-instruction error field; 0 for VMfailInvalid
   */
  record Refused(long status, int error) implements EntryResult {}

  /**
   * The entry failed while it loaded guest state: a VM exit with bit 31 of its reason.
   *
   * @param exit that VM exit
   */
  record Failed(VmExit exit) implements EntryResult {}

  /**
   * An exception.
   *
   * @param vector its vector
   * @param errorCode its error code, 0 if it has none
   */
  record Faulted(int vector, int errorCode) implements EntryResult {}
}
