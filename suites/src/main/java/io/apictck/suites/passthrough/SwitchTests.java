package io.apictck.suites.passthrough;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vmx.MsrBitmap;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.SelfIpi;
import io.apictck.suites.support.hypervisor.Technique;
import io.apictck.suites.support.hypervisor.VirtualMachine;
import io.apictck.suites.support.hypervisor.VirtualProcessor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From the emulated to the physical local APIC (ACRN, "LAPIC Passthrough Based on vLAPIC"). */
@Conformance
@Requires({Feature.VMX, Feature.X2APIC, Feature.MSR_BITMAPS, Feature.VIRTUALIZE_APIC_ACCESSES})
final class SwitchTests {
  private static final int VECTOR = 0x61;
  private static final int PRIORITY = 0x50;
  private static final long XAPIC = ApicBase.DEFAULT_ADDRESS | ApicBase.EN;

  @Test
  @Covers({"LPT-SW-001", "LPT-INT-003"})
  void theGuestBeginsWithTheEmulatedOne(Machine machine, Cpu cpu) {
    VirtualMachine guests = VirtualMachine.of(Technique.PASS_THROUGH, cpu).enter();
    VirtualProcessor guest = guests.processor(0);
    Counter taken = guest.cpu().countInterrupts(VECTOR);
    guest.route(0x71, VECTOR);
    guest.cpu().lapic().setTpr(PRIORITY);
    assertThat(guest.reads(LapicRegister.TPR)).as("emulated TPR").isEqualTo(PRIORITY);
    guest.cpu().sti();
    guest.cpu().run(SelfIpi.of(guest.cpu().lapic(), VECTOR));
    assertThat(taken).hasCount(1);
    assertThat(guests.exits()).as("VM exits").isEqualTo(Map.of(ExitReason.APIC_ACCESS, 4));
    guest.cpu().cli();
    guests.forgetExits();
    guest.vcpu().leave();
    assertThat(cpu.lapic()).isIdle().hasTpr(0);
    cpu.lapic().sendSelfIpi(0x71);
    guest.vcpu().enter();
    guest.cpu().sti();
    machine.settle(() -> taken.count() > 1);
    assertThat(taken).hasVectors(VECTOR, VECTOR);
    assertThat(guests.exits())
        .as("VM exits")
        .containsEntry(ExitReason.EXTERNAL_INTERRUPT, 1)
        .containsEntry(ExitReason.INTERRUPT_WINDOW, 1);
  }

  @Test
  @Covers({"LPT-SW-001", "LPT-SW-003", "LPT-MSR-004"})
  void x2apicModeGivesItThePhysicalOne(Cpu cpu) {
    VirtualMachine guests = VirtualMachine.of(Technique.PASS_THROUGH, cpu).enter();
    VirtualProcessor guest = guests.processor(0);
    PassThrough.switchToX2apic(guest);
    assertThat(guests.exits()).as("VM exits").isEqualTo(Map.of(ExitReason.WRMSR, 1));
    guest.cpu().lapic().setTpr(PRIORITY);
    assertThat(guest.cpu().cr8()).as("CR8").isEqualTo(PRIORITY >>> 4);
    guest.vcpu().leave();
    assertThat(cpu.lapic()).hasTpr(PRIORITY);
    assertThat(guests.exits()).as("VM exits").isEqualTo(Map.of(ExitReason.WRMSR, 1));
  }

  @Test
  @Covers("LPT-SW-002")
  void whatWasPendingInTheEmulatedOneIsGone(Machine machine, Cpu cpu) {
    VirtualProcessor guest = VirtualMachine.of(Technique.PASS_THROUGH, cpu).enter().processor(0);
    guest.cpu().run(SelfIpi.of(guest.cpu().lapic(), VECTOR));
    PassThrough.switchToX2apic(guest);
    assertThat(guest.cpu().lapic()).isIdle();
    guest.cpu().sti();
    machine.expectNothing();
  }

  @Test
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers({"LPT-SW-002", "LPT-SW-003"})
  void whatIsPendingInTheVmcsIsNotDelivered(Machine machine, Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    guest.setInterruptStatus(VECTOR, 0);
    passThrough(guest);
    guest.vcpu().enter();
    guest.guest().sti();
    machine.expectNothing();
  }

  private static void passThrough(ApicGuest guest) {
    guest
        .vcpu()
        .clear(
            VmxControl.EXTERNAL_INTERRUPT_EXITING,
            VmxControl.USE_TPR_SHADOW,
            VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
  }

  @Test
  @Covers("LPT-SW-003")
  void theVmcsOfThePhysicalOne(Cpu cpu) {
    VirtualProcessor guest = PassThrough.running(cpu).processor(0);
    guest.vcpu().leave();
    for (VmxControl control :
        List.of(
            VmxControl.EXTERNAL_INTERRUPT_EXITING,
            VmxControl.PROCESS_POSTED_INTERRUPTS,
            VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT,
            VmxControl.USE_TPR_SHADOW,
            VmxControl.HLT_EXITING,
            VmxControl.VIRTUALIZE_APIC_ACCESSES,
            VmxControl.APIC_REGISTER_VIRTUALIZATION,
            VmxControl.VIRTUAL_INTERRUPT_DELIVERY,
            VmxControl.PAUSE_LOOP_EXITING)) {
      long controls = guest.vcpu().read(control.vector().field());
      assertThat(control.in(controls)).as("%s", control).isFalse();
    }
  }

  @Test
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers("LPT-SW-004")
  void externalInterruptExitingGoesWithVirtualInterruptDelivery(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    guest.vcpu().clear(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    assertThat(guest.vcpu().tryEnter()).failsValid(VmInstructionError.INVALID_CONTROL_FIELDS);
    passThrough(guest);
    assertThat(guest.vcpu().tryEnter()).entered();
  }

  @Test
  @Requires(Feature.POSTED_INTERRUPTS)
  @Covers("LPT-SW-004")
  void virtualInterruptDeliveryGoesWithPostedInterrupts(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.PROCESS_POSTED_INTERRUPTS);
    passThrough(guest);
    assertThat(guest.vcpu().tryEnter()).failsValid(VmInstructionError.INVALID_CONTROL_FIELDS);
    guest.vcpu().clear(VmxControl.PROCESS_POSTED_INTERRUPTS);
    assertThat(guest.vcpu().tryEnter()).entered();
  }

  @Test
  @Covers("LPT-SW-006")
  void otherChangesOfTheModeKeepTheEmulatedOne(Cpu cpu) {
    VirtualMachine guests = VirtualMachine.of(Technique.PASS_THROUGH, cpu).enter();
    VirtualProcessor guest = guests.processor(0);
    long page = guest.cpu().lapic().address();
    guest.cpu().wrmsr(Msr.IA32_APIC_BASE, page);
    guest.cpu().wrmsr(Msr.IA32_APIC_BASE, page | ApicBase.EN);
    guest.cpu().lapic().setTpr(PRIORITY);
    assertThat(guests.exits())
        .as("VM exits")
        .isEqualTo(Map.of(ExitReason.WRMSR, 2, ExitReason.APIC_ACCESS, 1));
    guest.vcpu().leave();
    assertThat(cpu.lapic()).hasTpr(0);
    assertThat(cpu.apicBase().raw() & ~ApicBase.BSP).as("IA32_APIC_BASE").isEqualTo(XAPIC);
  }

  @Test
  @Sweep
  @Requires({
    Feature.VIRTUALIZE_X2APIC_MODE,
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.VIRTUAL_INTERRUPT_DELIVERY
  })
  @Covers("LPT-SW-005")
  void withoutPassThroughMostWritesExitAndOneRead(Cpu cpu, Cases cases) {
    ApicGuest guest =
        ApicGuest.of(
            cpu,
            VmxControl.VIRTUALIZE_X2APIC_MODE,
            VmxControl.APIC_REGISTER_VIRTUALIZATION,
            VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    MsrBitmap bitmap = new MsrBitmap(cpu, guest.vcpu().msrBitmap());
    List<Integer> open =
        List.of(LapicRegister.TPR.msr(), LapicRegister.EOI.msr(), LapicRegister.SELF_IPI.msr());
    int currentCount = LapicRegister.CURRENT_COUNT.msr();
    for (int msr = Msr.X2APIC_FIRST; msr <= Msr.X2APIC_LAST; msr++) {
      bitmap.interceptWrites(msr, !open.contains(msr));
    }
    bitmap.interceptReads(currentCount, true);
    guest.vcpu().enter();
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          MsrAccess.read(msr).verify(guest.vcpu(), msr == currentCount);
          // reserved bits, so that nothing happens where it does not exit
          MsrAccess.write(msr, 1L << 63).verify(guest.vcpu(), !open.contains(msr));
        });
  }
}
