package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows virtualized writes (Intel SDM Vol. 3C, "APIC-Write VM Exits"). */
@Conformance
@Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
final class ApicWriteExitTests {
  private static final int LDR = 0x0D0;
  private static final int SVR = 0x0F0;
  private static final int INITIAL_COUNT = 0x380;

  private static ApicGuest guest(Cpu cpu) {
    return ApicGuest.of(
        cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.APIC_REGISTER_VIRTUALIZATION);
  }

  private static void assertWritten(VmExit exit, BlockRun run, int index, int offset) {
    assertThat(exit)
        .hasReason(ExitReason.APIC_WRITE)
        .hasQualification(offset)
        .hasNoInterruption()
        .hasNoIdtVectoring()
        .isAt(run, index);
  }

  private static void finish(ApicGuest guest) {
    guest.vcpu().enter();
    guest.vcpu().skip(guest.vcpu().exit(ExitReason.VMCALL));
  }

  @Test
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"APICV-AWX-001", "APICV-AWX-002", "APICV-AWX-007"})
  void theExitComesBehindAnExchangeThatIsDone(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().write(SVR, 0x1FF);
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                new Instruction.Exchange(guest.accessPage() + SVR, 4, 0x10F),
                new Instruction.Vmcall());
    assertWritten(guest.vcpu().exit(), run, 1, SVR);
    assertThat(guest.page().read(SVR)).as("VA[0F0h]").isEqualTo(0x10F);
    finish(guest);
    guest.vcpu().enter();
    assertThat(run.values()[0]).as("what XCHG read").isEqualTo(0x1FF);
    guest.vcpu().leave();
  }

  @Test
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"APICV-AWX-001", "APICV-AWX-002", "APICV-AWX-007"})
  void theExitComesBehindReadModifyWrite(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().write(INITIAL_COUNT, 0x1200_0034);
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                new Instruction.LockedOr(guest.accessPage() + INITIAL_COUNT, 4, 0xF0F00),
                new Instruction.Vmcall());
    assertWritten(guest.vcpu().exit(), run, 1, INITIAL_COUNT);
    assertThat(guest.page().read(INITIAL_COUNT)).as("VA[380h]").isEqualTo(0x120F_0F34);
    finish(guest);
  }

  @Test
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers("APICV-AWX-002")
  void theExitComesBehindTheIterationOfAString(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    long source = cpu.machine().newPage();
    cpu.write32(source, 0x4433_2211);
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                new Instruction.RepMovsb(guest.accessPage() + LDR, source, 3),
                new Instruction.Vmcall());
    int[] seen = {0x11, 0x2211, 0x33_2211};
    for (int i = 0; i < seen.length; i++) {
      assertWritten(guest.vcpu().exit(), run, i < seen.length - 1 ? 0 : 1, LDR + i);
      assertThat(guest.page().read(LDR)).as("VA[0D0h]").isEqualTo(seen[i]);
      if (i < seen.length - 1) {
        guest.vcpu().enter();
      }
    }
    finish(guest);
  }

  @Test
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers("APICV-AWX-003")
  void endOfInterruptWithoutInterruptDeliveryExits(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                new Instruction.Store(guest.accessPage() + VirtualApicPage.VEOI, 4, 5),
                new Instruction.Vmcall());
    assertWritten(guest.vcpu().exit(), run, 1, VirtualApicPage.VEOI);
    assertThat(guest.page().read(VirtualApicPage.VEOI)).as("VEOI").isEqualTo(5);
    finish(guest);
  }

  @Test
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"APICV-AWX-004", "APICV-AWX-007"})
  void theExitComesInTheShadowOfStiAndMovSs(Cpu cpu) {
    for (Instruction shadow : List.of(new Instruction.Sti(), new Instruction.MovSs())) {
      ApicGuest guest = guest(cpu);
      guest.vcpu().enter();
      BlockRun run =
          guest
              .guest()
              .start(
                  shadow,
                  new Instruction.Store(guest.accessPage() + SVR, 4, 0x1FF),
                  new Instruction.Vmcall());
      VmExit exit = guest.vcpu().exit();
      assertWritten(exit, run, 2, SVR);
      assertThat(exit).hasInterruptibility(0);
      finish(guest);
    }
  }

  @Test
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers("APICV-AWX-004")
  void theExitComesBeforeThatOfAnOpenInterruptWindow(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.vcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING);
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                new Instruction.Sti(),
                new Instruction.Store(guest.accessPage() + SVR, 4, 0x1FF),
                new Instruction.Vmcall());
    assertWritten(guest.vcpu().exit(), run, 2, SVR);
    guest.vcpu().enter();
    assertThat(guest.vcpu().exit()).hasReason(ExitReason.INTERRUPT_WINDOW).isAt(run, 2);
    guest.vcpu().clear(VmxControl.INTERRUPT_WINDOW_EXITING);
    finish(guest);
  }

  @Test
  @Records
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers("APICV-REG-004")
  void readsOfEoiAndCommandWithInterruptDeliveryAlone(Machine machine, Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(
            cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    for (int offset : new int[] {VirtualApicPage.VEOI, VirtualApicPage.VICR_LO}) {
      guest.page().write(offset, 0x1234_5678);
      guest.vcpu().enter();
      BlockRun run =
          guest
              .guest()
              .start(
                  new Instruction.Load(guest.accessPage() + offset, 4), new Instruction.Vmcall());
      VmExit exit = guest.vcpu().exit();
      boolean virtualized = exit.is(ExitReason.VMCALL);
      if (!virtualized) {
        assertThat(exit).hasReason(ExitReason.APIC_ACCESS).hasQualification(offset).isAt(run, 0);
        guest.vcpu().skip(exit);
        guest.vcpu().enter();
        exit = guest.vcpu().exit(ExitReason.VMCALL);
      }
      guest.vcpu().skip(exit);
      machine.observe(
          "read of %03Xh".formatted(offset), virtualized ? "virtualized" : "APIC-access VM exit");
      assertThat(guest.page().read(offset)).as("virtual register").isEqualTo(0x1234_5678);
    }
  }
}
