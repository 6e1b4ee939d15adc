package io.apictck.platform;

import java.util.Arrays;

/** Something a machine shows. */
public sealed interface Event {
  /** Index of the processor that shows it. */
  int cpu();

  /**
   * A block ran to its end.
   *
   * @param cpu processor index
   * @param block number of the block
   * @param values what the instructions gave, in their order: see {@link Instruction#values()}
   */
  @SuppressWarnings("ArrayRecordComponent") // made by the million; equality is by content
  record Completed(int cpu, long block, long[] values) implements Event {
    @Override
    public boolean equals(Object other) {
      return other instanceof Completed that
          && cpu == that.cpu
          && block == that.block
          && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(block) * 31 + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return "Completed[cpu="
          + cpu
          + ", block="
          + block
          + ", values="
          + Arrays.toString(values)
          + "]";
    }
  }

  /**
   * An instruction faulted; its block is over.
   *
   * @param cpu processor index
   * @param block number of the block
   * @param index index of the faulting instruction
   * @param vector exception vector
   * @param errorCode error code, 0 where the exception has none
   */
  record Faulted(int cpu, long block, int index, int vector, int errorCode) implements Event {}

  /** Why a handler was entered. */
  enum Kind {
    /** Maskable interrupt, from the local APIC or an external controller. */
    EXTERNAL,
    /** Non-maskable interrupt; its vector is 2. */
    NMI,
    /** INT n. */
    SOFTWARE,
    /** System-management interrupt; its vector is 0. Left by RSM. */
    SMI
  }

  /**
   * A processor entered the handler of an interrupt: a new context.
   *
   * @param cpu processor index
   * @param vector vector
   * @param kind why
   * @param interrupted where the handler will return to
   * @param rflags RFLAGS as saved by the interrupt
   */
  record InterruptTaken(int cpu, int vector, Kind kind, Place interrupted, long rflags)
      implements Event {}

  /**
   * A processor entered the handler of a trap (single step, INT3): a new context. Faults are {@link
   * Faulted}.
   *
   * @param cpu processor index
   * @param vector exception vector
   * @param errorCode error code, 0 where the exception has none
   * @param interrupted where the handler will return to
   * @param rflags RFLAGS as saved
   */
  record ExceptionTaken(int cpu, int vector, int errorCode, Place interrupted, long rflags)
      implements Event {}

  /**
   * A processor entered the handler of a user interrupt: a new context, left by {@link
   * Instruction.Uiret}. The vector, RIP, RFLAGS and RSP lie in its frame.
   *
   * @param cpu processor index
   * @param vector user vector, 0 to 63
   * @param interrupted where the handler will return to
   * @param rflags RFLAGS as saved
   * @param frame RSP at the entry of the handler: address of its {@link
   *     io.apictck.arch.uintr.UserInterruptFrame}
   */
  record UserInterruptTaken(int cpu, int vector, Place interrupted, long rflags, long frame)
      implements Event {}

  /**
   * INIT reset a processor: its contexts are gone. An application processor now waits for a
   * start-up IPI.
   *
   * @param cpu processor index
   */
  record ProcessorReset(int cpu) implements Event {}

  /**
   * A processor began to run after INIT.
   *
   * @param cpu processor index
   * @param sipiVector vector of the start-up IPI, -1 for the bootstrap processor
   * @param state registers before its first instruction
   */
  record ProcessorStarted(int cpu, int sipiVector, StartState state) implements Event {}

  /**
   * VMLAUNCH or VMRESUME entered the guest of the current VMCS: its contexts are the current ones
   * now, and the block that ended in that instruction is over without a {@link Completed}.
   *
   * @param cpu processor index
   * @param block number of that block
   */
  record VmEntered(int cpu, long block) implements Event {}

  /**
   * A VM exit, or a VM entry that failed while it loaded guest state: the contexts are those below
   * the last VMLAUNCH or VMRESUME again, with IF=0.
   *
   * @param cpu processor index
   * @param block number of the block with that instruction
   * @param reason the exit-reason field
   * @param interrupted where guest RIP points to
   */
  record VmExited(int cpu, long block, int reason, Place interrupted) implements Event {}

  /**
   * A processor shut down (triple fault).
   *
   * @param cpu processor index
   */
  record ShutDown(int cpu) implements Event {}

  /**
   * Registers of a processor before its first instruction.
   *
   * @param cs code segment selector
   * @param ip instruction pointer
   * @param cr0 CR0
   * @param rflags RFLAGS
   */
  record StartState(int cs, int ip, long cr0, long rflags) {}
}
