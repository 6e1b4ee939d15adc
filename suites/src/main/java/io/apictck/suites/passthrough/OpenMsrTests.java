package io.apictck.suites.passthrough;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.vmx.MsrBitmap;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.X2apicLogicalId;
import io.apictck.suites.support.hypervisor.VirtualMachine;
import io.apictck.suites.support.hypervisor.VirtualProcessor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** MSRs of the physical local APIC in the guest (ACRN, "LAPIC Passthrough Based on vLAPIC"). */
@Conformance
@Requires({Feature.VMX, Feature.X2APIC, Feature.MSR_BITMAPS, Feature.VIRTUALIZE_APIC_ACCESSES})
final class OpenMsrTests {
  private static final int VECTOR = 0x61;
  private static final int THERMAL = 0x834;
  private static final long TOP_BIT = 1L << 63;
  private static final long FAR = 1L << 40;

  @Test
  @Covers({"LPT-MSR-001", "LPT-MSR-007"})
  void exactlyTheInterceptedAccessesExit(Cpu cpu) {
    VirtualMachine guests = PassThrough.running(cpu);
    Cpu guest = guests.processor(0).cpu();
    for (int msr = Msr.X2APIC_FIRST; msr <= Msr.X2APIC_LAST; msr++) {
      guests.forgetExits();
      guest.attempt(new Instruction.Rdmsr(msr));
      boolean read =
          msr == LapicRegister.ID.msr() || msr == LapicRegister.LDR.msr() || msr == THERMAL;
      assertThat(guests.exits())
          .as("VM exits of RDMSR of %xh", msr)
          .isEqualTo(read ? Map.of(ExitReason.RDMSR, 1) : Map.of());
      guests.forgetExits();
      boolean written = msr == LapicRegister.ICR.msr() || msr == THERMAL;
      // no destination of the guest, and reserved elsewhere
      var attempt = guest.attempt(new Instruction.Wrmsr(msr, TOP_BIT));
      assertThat(guests.exits())
          .as("VM exits of WRMSR of %xh", msr)
          .isEqualTo(written ? Map.of(ExitReason.WRMSR, 1) : Map.of());
      if (!written) {
        assertThat(attempt).as("WRMSR of %xh", msr).raisesGeneralProtection();
      }
    }
  }

  @Test
  @Covers({"LPT-MSR-002", "LPT-MSR-003"})
  void theIdsAreVirtual(Cpu cpu) {
    VirtualMachine guests = PassThrough.running(cpu);
    VirtualProcessor guest = guests.processor(0);
    assertThat(guest.id()).as("virtual APIC ID").isNotEqualTo(cpu.apicId());
    assertThat(guest.reads(LapicRegister.ID)).as("ID").isEqualTo(guest.id());
    assertThat(guest.reads(LapicRegister.LDR)).as("LDR").isEqualTo(X2apicLogicalId.of(guest.id()));
    assertThat(guests.exits()).as("VM exits").isEqualTo(Map.of(ExitReason.RDMSR, 2));
    guest.vcpu().leave();
    assertThat(cpu.lapic()).hasRegister(LapicRegister.ID, cpu.apicId());
  }

  @Test
  @Covers({"LPT-MSR-004", "LPT-SW-003"})
  void openOnesReachTheLocalApic(Cpu cpu) {
    VirtualMachine guests = PassThrough.running(cpu);
    VirtualProcessor guest = guests.processor(0);
    LvtEntry entry = LvtEntry.fixed(VECTOR).withMasked(true);
    guest.cpu().lapic().setTpr(0x70);
    guest.cpu().lapic().setLvt(LapicRegister.LVT_ERROR, entry);
    guest.cpu().lapic().setSvr(SpuriousInterruptVector.RESET.withEnabled(true).withVector(0xEF));
    guest.cpu().lapic().writeSelfIpiRegister(VECTOR);
    assertThat(guest.cpu().lapic()).requests(VECTOR);
    guest.vcpu().leave();
    assertThat(cpu.lapic())
        .hasTpr(0x70)
        .requests(VECTOR)
        .hasRegister(LapicRegister.LVT_ERROR, entry.raw());
    assertThat(cpu.lapic().svr().vector()).as("spurious vector").isEqualTo(0xEF);
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }

  @Test
  @Covers({"LPT-MSR-004", "LPT-INT-001"})
  void theTimerAndEndOfInterruptNeedNoExits(Machine machine, Cpu cpu) {
    VirtualMachine guests = PassThrough.running(cpu);
    Cpu guest = guests.processor(0).cpu();
    guest.sti();
    guest.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 100);
    guest.takeInterrupt(VECTOR);
    assertThat(guest.lapic()).isServicing(VECTOR).requestsNothing();
    guest.lapic().eoi();
    assertThat(guest.lapic()).isIdle().hasNoErrors();
    guest.iret();
    machine.expectNothing();
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }

  @Test
  @Requires(Feature.TSC_DEADLINE)
  @Covers("LPT-MSR-005")
  void theDeadlineIsOpenWithoutTscOffset(Machine machine, Cpu cpu) {
    VirtualMachine guests = PassThrough.running(cpu);
    Cpu guest = guests.processor(0).cpu();
    Counter taken = guest.countInterrupts(VECTOR);
    guest.sti();
    guest
        .lapic()
        .setLvt(
            LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).withTimerMode(TimerMode.TSC_DEADLINE));
    guest.wrmsr(Msr.IA32_TSC_DEADLINE, guest.rdtsc() + FAR);
    assertThat(guest.rdmsr(Msr.IA32_TSC_DEADLINE)).as("armed deadline").isNotZero();
    guest.wrmsr(Msr.IA32_TSC_DEADLINE, 0);
    machine.expectNothing();
    assertThat(taken).hasCount(0);
    guest.wrmsr(Msr.IA32_TSC_DEADLINE, 1);
    machine.settle(() -> taken.count() > 0);
    assertThat(taken).hasCount(1);
    assertThat(guest.rdmsr(Msr.IA32_TSC_DEADLINE)).as("deadline after expiry").isZero();
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }

  @Test
  @Requires(Feature.TSC_DEADLINE)
  @Covers("LPT-MSR-005")
  void theDeadlineIsInterceptedWithTscOffset(Machine machine, Cpu cpu) {
    VirtualProcessor guest = PassThrough.running(cpu).processor(0);
    Vcpu vcpu = guest.vcpu();
    vcpu.leave();
    MsrBitmap bitmap = new MsrBitmap(cpu, vcpu.msrBitmap());
    bitmap.interceptReads(Msr.IA32_TSC_DEADLINE, true);
    bitmap.interceptWrites(Msr.IA32_TSC_DEADLINE, true);
    vcpu.set(VmxControl.USE_TSC_OFFSETTING);
    vcpu.write(VmcsField.TSC_OFFSET, FAR);
    Counter taken = guest.cpu().countInterrupts(VECTOR);
    vcpu.onExit(
        ExitReason.WRMSR,
        (each, exit) -> {
          Instruction.Wrmsr write = (Instruction.Wrmsr) exit.instruction();
          long offset = write.value() - FAR;
          cpu.wrmsr(write.msr(), offset == 0 ? 1 : offset);
          each.skip(exit);
          each.resume();
        });
    vcpu.enter();
    guest.cpu().sti();
    guest
        .cpu()
        .lapic()
        .setLvt(
            LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR).withTimerMode(TimerMode.TSC_DEADLINE));
    long now = guest.cpu().rdtsc();
    assertThat(now).as("TSC of the guest").isGreaterThanOrEqualTo(FAR);
    guest.cpu().wrmsr(Msr.IA32_TSC_DEADLINE, now + 1000);
    machine.settle(() -> taken.count() > 0);
    assertThat(taken).hasCount(1);
    // a difference of 0 would disarm
    guest.cpu().wrmsr(Msr.IA32_TSC_DEADLINE, FAR);
    machine.settle(() -> taken.count() > 1);
    assertThat(taken).hasCount(2);
  }

  @Test
  @Records
  @Covers("LPT-MSR-006")
  void anUnexpectedInterception(Machine machine, Cpu cpu) {
    VirtualProcessor guest = PassThrough.running(cpu).processor(0);
    guest.vcpu().leave();
    new MsrBitmap(cpu, guest.vcpu().msrBitmap()).interceptReads(LapicRegister.SVR.msr(), true);
    guest.vcpu().enter();
    int seen = guest.reads(LapicRegister.SVR);
    machine.observe("SVR, read with an exit", seen);
  }

  @Test
  @Covers("LPT-MSR-007")
  void invalidAccessesFaultInTheGuest(Cpu cpu) {
    VirtualMachine guests = PassThrough.running(cpu);
    Cpu guest = guests.processor(0).cpu();
    for (Instruction invalid :
        new Instruction[] {
          new Instruction.Rdmsr(LapicRegister.EOI.msr()),
          new Instruction.Rdmsr(LapicRegister.SELF_IPI.msr()),
          new Instruction.Wrmsr(LapicRegister.ID.msr(), 0),
          new Instruction.Wrmsr(LapicRegister.LDR.msr(), 0),
          new Instruction.Wrmsr(LapicRegister.EOI.msr(), 1),
          new Instruction.Wrmsr(LapicRegister.PPR.msr(), 0)
        }) {
      assertThat(guest.attempt(invalid)).raisesGeneralProtection();
    }
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }

  @Test
  @Ports({"KUT-VMX-PT-004", "KUT-VMX-PT-005"})
  @Covers({"LPT-MSR-004", "LPT-INT-006"})
  void theGuestLowersTheTaskPriorityOfItsHost(Cpu cpu) {
    VirtualProcessor guest = PassThrough.running(cpu).processor(0);
    guest.vcpu().leave();
    cpu.setCr8(0xF);
    cpu.lapic().sendSelfIpi(0xE1);
    guest.vcpu().enter();
    guest.cpu().setCr8(0);
    guest.vcpu().leave();
    assertThat(cpu.lapic()).hasTpr(0).requests(0xE1);
    Counter taken = cpu.countInterrupts(0xE1);
    cpu.sti();
    cpu.nop();
    assertThat(taken).hasCount(1);
  }
}
