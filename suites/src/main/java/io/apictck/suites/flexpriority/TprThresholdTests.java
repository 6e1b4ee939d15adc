package io.apictck.suites.flexpriority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * The TPR threshold when the guest writes its task priority (Intel SDM Vol. 3C, "TPR
 * Virtualization").
 */
@Conformance
@Requires(Feature.TPR_SHADOW)
final class TprThresholdTests {
  private static final int CLASSES = 16;
  private static final int LOW_BITS = 0x7;

  /** Whether a write of a task priority exits: one block of all, for a threshold. */
  private static void sweep(ApicGuest guest, Cases cases, IntFunction<Instruction> writing) {
    cases.range(
        0,
        CLASSES - 1,
        threshold -> {
          guest.page().setVtpr(0xF0);
          guest.vcpu().write(VmcsField.TPR_THRESHOLD, threshold);
          guest.vcpu().enter();
          List<Instruction> block = new ArrayList<>();
          for (int priority = 0; priority < CLASSES; priority++) {
            block.add(writing.apply(priority));
          }
          block.add(new Instruction.Vmcall());
          BlockRun run = guest.guest().start(block);
          for (int priority = 0; priority < threshold; priority++) {
            VmExit exit = guest.vcpu().exit(ExitReason.TPR_BELOW_THRESHOLD);
            assertThat(exit)
                .hasQualification(0)
                .isAt(run, priority + 1)
                .hasNoInterruption()
                .hasNoIdtVectoring();
            assertThat(guest.page().vtpr() >>> 4).as("class of VTPR").isEqualTo(priority);
            // VM entry would exit at once where it compares as well
            guest.page().setVtpr(0xF0);
            guest.vcpu().enter();
          }
          VmExit end = guest.vcpu().exit(ExitReason.VMCALL);
          assertThat(guest.page().vtpr() >>> 4).as("class of VTPR").isEqualTo(CLASSES - 1);
          guest.vcpu().skip(end);
          guest.vcpu().enter();
          guest.vcpu().leave();
        });
  }

  @Test
  @Sweep
  @Covers({"FLEX-THR-001", "FLEX-THR-002", "FLEX-THR-003"})
  void movToCr8BelowTheThresholdExitsBehindIt(Cpu cpu, Cases cases) {
    sweep(
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW),
        cases,
        priority -> new Instruction.MovToCr8(priority));
  }

  @Test
  @Sweep
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers({"FLEX-THR-001", "FLEX-THR-002", "FLEX-THR-003", "FLEX-AA-006"})
  void writeOfThePageBelowTheThresholdExitsBehindIt(Cpu cpu, Cases cases) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    sweep(
        guest,
        cases,
        priority -> guest.guest().lapic().writing(LapicRegister.TPR, priority << 4 | LOW_BITS));
  }

  @Test
  @Sweep
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers({"FLEX-THR-001", "FLEX-THR-002", "FLEX-THR-003", "APICV-X2-005", "APICV-X2-012"})
  void wrmsrBelowTheThresholdExitsBehindIt(Cpu cpu, Cases cases) {
    sweep(
        ApicGuest.of(cpu, VmxControl.VIRTUALIZE_X2APIC_MODE),
        cases,
        priority -> new Instruction.Wrmsr(LapicRegister.TPR.msr(), priority << 4 | LOW_BITS));
  }

  @Test
  @Covers("FLEX-THR-004")
  void writingTheSameLowPriorityAgainExitsAgain(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    guest.page().setVtpr(0x50);
    guest.vcpu().write(VmcsField.TPR_THRESHOLD, 5);
    guest.vcpu().enter();
    Instruction write = new Instruction.MovToCr8(4);
    BlockRun run = guest.guest().start(write, write, write, new Instruction.Vmcall());
    for (int i = 1; i <= 3; i++) {
      assertThat(guest.vcpu().exit(ExitReason.TPR_BELOW_THRESHOLD)).isAt(run, i);
      // below the threshold the guest cannot be entered
      guest.page().setVtpr(0x50);
      guest.vcpu().enter();
    }
    guest.vcpu().skip(guest.vcpu().exit(ExitReason.VMCALL));
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("FLEX-THR-010")
  void nothingButWritesOfTheGuestIsCompared(Machine machine, Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    guest.page().setVtpr(0x90);
    guest.vcpu().write(VmcsField.TPR_THRESHOLD, 5);
    guest.vcpu().enter();
    machine.cpu(1).write32(guest.page().address() + VirtualApicPage.VTPR, 0);
    machine.expectNothing();
    assertThat(guest.guest().cr8()).as("CR8").isZero();
    guest.vcpu().leave();
  }
}
