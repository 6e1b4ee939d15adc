package io.apictck.suites.ipiv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A guest with IPI virtualization that sends to the descriptor behind one entry of its table.
 *
 * @param guest the guest
 * @param form how it reaches its ICR
 * @param target the descriptor of {@link #TARGET}, accessed by the host of the sender
 */
record Sender(ApicGuest guest, Form form, PostedInterrupts target) {
  /** The vector that is sent where it does not matter which. */
  static final int VECTOR = 0x61;

  /** The virtual APIC ID that the table has an entry for. */
  static final int TARGET = 2;

  /** A fixed IPI with {@link #VECTOR} to {@link #TARGET}. */
  static final InterruptCommand COMMAND = InterruptCommand.fixed(VECTOR).withDestination(TARGET);

  private static final int DESTINATION_SHIFT = 24;

  /** How a guest reaches its ICR. */
  enum Form {
    /** By the APIC-access page. */
    PAGE(VmxControl.VIRTUALIZE_APIC_ACCESSES),
    /** By MSRs. */
    MSRS(VmxControl.VIRTUALIZE_X2APIC_MODE);

    private final VmxControl control;

    Form(VmxControl control) {
      this.control = control;
    }
  }

  /** One whose target wants no notifications. */
  static Sender of(Cpu host, Form form, VmxControl... more) {
    ApicGuest guest =
        ApicGuest.of(
            host,
            Stream.concat(
                    Stream.of(form.control, VmxControl.IPI_VIRTUALIZATION), Arrays.stream(more))
                .toArray(VmxControl[]::new));
    PostedInterrupts target = PostedInterrupts.create(host);
    target.setControl(PostedInterruptDescriptor.SN);
    guest.table().point(TARGET, target);
    return new Sender(guest, form, target);
  }

  /** The instruction that sends; the page has the destination in its high half. */
  Instruction writing(InterruptCommand command) {
    return switch (form) {
      case PAGE ->
          new Instruction.Store(
              guest.accessPage() + VirtualApicPage.VICR_LO,
              Integer.BYTES,
              Integer.toUnsignedLong(command.low()));
      case MSRS -> new Instruction.Wrmsr(LapicRegister.ICR.msr(), command.raw());
    };
  }

  /** Where the destination is stored. */
  private int highOffset() {
    return form == Form.PAGE ? VirtualApicPage.VICR_HI : VirtualApicPage.VICR_LO + Integer.BYTES;
  }

  private int high(InterruptCommand command) {
    return form == Form.PAGE ? command.destination() << DESTINATION_SHIFT : command.destination();
  }

  /** Enters the guest, whose page has the destination of a command. */
  void enterFor(InterruptCommand command) {
    if (form == Form.PAGE) {
      guest.page().write(VirtualApicPage.VICR_HI, high(command));
    }
    guest.vcpu().enter();
  }

  /** The guest sends without a VM exit, and leaves. */
  void sends(InterruptCommand command) {
    enterFor(command);
    guest.guest().run(writing(command));
    guest.vcpu().leave();
    verifyStored(command);
  }

  /** The guest writes its ICR, which makes a trap-like exit and posts nothing. */
  void exits(InterruptCommand command) {
    enterFor(command);
    BlockRun run = guest.guest().start(writing(command), new Instruction.Nop());
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.APIC_WRITE)
        .hasQualification(VirtualApicPage.VICR_LO)
        .hasNoInterruption()
        .isAt(run, 1);
    verifyStored(command);
    verifyPosted();
    guest.vcpu().resume();
    guest.vcpu().leave();
  }

  private void verifyStored(InterruptCommand command) {
    assertThat(guest.page().read(VirtualApicPage.VICR_LO)).as("VICR_LO").isEqualTo(command.low());
    assertThat(guest.page().read(highOffset())).as("VICR, high half").isEqualTo(high(command));
  }

  /** Exactly these vectors were posted to the target since the last call. */
  void verifyPosted(int... vectors) {
    assertThat(target.pir()).as("PIR of the target").containsExactlyVectors(vectors);
    if (vectors.length > 0) {
      target.setPir(VectorSet.of());
    }
  }
}
