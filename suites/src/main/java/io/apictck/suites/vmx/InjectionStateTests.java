package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.EntryResult;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Feature;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Which events can be injected in which state of the guest (Intel SDM Vol. 3C, "Checks on Guest
 * RIP, RFLAGS, and SSP", "Checks on Guest Non-Register State").
 */
@Conformance
@Requires(Feature.VMX)
@SuppressWarnings("EnumOrdinal") // the numbers are those of the manual
final class InjectionStateTests {
  private static final int VECTOR = 0x61;
  private static final int NMI_BEHIND_STI = 3;
  private static final Injection INTERRUPT =
      Injection.of(InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
  private static final Injection NMI = Injection.of(InterruptionType.NMI, Exceptions.NMI);

  private static Vcpu vcpu(Cpu cpu, boolean interruptFlag) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    setInterruptFlag(vcpu, interruptFlag);
    return vcpu;
  }

  private static void setInterruptFlag(Vcpu vcpu, boolean set) {
    vcpu.write(VmcsField.GUEST_RFLAGS, set ? Rflags.FIXED | Rflags.IF : Rflags.FIXED);
  }

  private static void setInterruptibility(Vcpu vcpu, int state) {
    vcpu.write(VmcsField.GUEST_INTERRUPTIBILITY_STATE, state);
  }

  private static void isBad(Vcpu vcpu) {
    assertThat(vcpu.tryEnter()).failsToLoad(ExitReason.ENTRY_FAILURE_GUEST_STATE, 0);
  }

  private static void leaveHandler(Vcpu vcpu) {
    vcpu.guest().iret();
    vcpu.leave();
  }

  private static void isInjected(Vcpu vcpu) {
    vcpu.enter();
    vcpu.guest().takeInterrupt(VECTOR);
    leaveHandler(vcpu);
  }

  private static void nmiIsInjected(Vcpu vcpu) {
    vcpu.enter();
    vcpu.guest().takeNmi();
    leaveHandler(vcpu);
  }

  @Test
  @Covers("VMX-INJ-011")
  void interruptsNeedIf(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, false);
    vcpu.write(INTERRUPT.fields());
    isBad(vcpu);
    setInterruptFlag(vcpu, true);
    isInjected(vcpu);
  }

  @Test
  @Covers("VMX-INJ-012")
  void interruptsAreNotInjectedIntoShadows(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, true);
    vcpu.write(INTERRUPT.fields());
    for (int shadow :
        List.of(Interruptibility.BLOCKING_BY_STI, Interruptibility.BLOCKING_BY_MOV_SS)) {
      setInterruptibility(vcpu, shadow);
      isBad(vcpu);
    }
    setInterruptibility(vcpu, 0);
    isInjected(vcpu);
  }

  /** NMI blocking does not concern them. */
  @Test
  @Covers("VMX-INJ-012")
  void interruptsAreInjectedWhileNmisAreBlocked(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, true);
    vcpu.write(INTERRUPT.fields());
    setInterruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    isInjected(vcpu);
  }

  @Test
  @Covers("VMX-INJ-013")
  void nmisAreNotInjectedBehindMovSs(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, false);
    vcpu.write(NMI.fields());
    setInterruptibility(vcpu, Interruptibility.BLOCKING_BY_MOV_SS);
    isBad(vcpu);
    setInterruptibility(vcpu, 0);
    nmiIsInjected(vcpu);
  }

  @Test
  @Requires(Feature.VIRTUAL_NMIS)
  @Covers("VMX-INJ-013")
  void virtualNmisAreNotInjectedWhileTheyAreBlocked(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, false).set(VmxControl.VIRTUAL_NMIS);
    vcpu.write(NMI.fields());
    setInterruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    isBad(vcpu);
    setInterruptibility(vcpu, 0);
    nmiIsInjected(vcpu);
  }

  @Test
  @Covers("VMX-INJ-013")
  void withoutVirtualNmisBlockingDoesNotForbidInjection(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, false);
    vcpu.write(NMI.fields());
    setInterruptibility(vcpu, Interruptibility.BLOCKING_BY_NMI);
    nmiIsInjected(vcpu);
  }

  @Test
  @Records
  @Covers("VMX-INJ-014")
  void nmiBehindSti(Machine machine, Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, true);
    vcpu.write(NMI.fields());
    setInterruptibility(vcpu, Interruptibility.BLOCKING_BY_STI);
    EntryResult result = vcpu.tryEnter();
    boolean entered = result instanceof EntryResult.Entered;
    machine.observe("an NMI behind STI", entered ? "is injected" : "is refused");
    if (entered) {
      vcpu.guest().takeNmi();
      leaveHandler(vcpu);
    } else {
      assertThat(result).failsToLoad(ExitReason.ENTRY_FAILURE_GUEST_STATE, NMI_BEHIND_STI);
      setInterruptibility(vcpu, 0);
      nmiIsInjected(vcpu);
    }
  }

  @Test
  @Requires(Feature.HLT_ACTIVITY)
  @Covers("VMX-INJ-016")
  void inAShadowTheGuestIsActive(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, true);
    for (int shadow :
        List.of(Interruptibility.BLOCKING_BY_STI, Interruptibility.BLOCKING_BY_MOV_SS)) {
      setInterruptibility(vcpu, shadow);
      vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, ActivityState.HLT.ordinal());
      isBad(vcpu);
      vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, ActivityState.ACTIVE.ordinal());
      vcpu.enter();
      vcpu.leave();
    }
  }

  @Test
  @Covers("VMX-INJ-016")
  void thereIsOneShadow(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, true);
    setInterruptibility(
        vcpu, Interruptibility.BLOCKING_BY_STI | Interruptibility.BLOCKING_BY_MOV_SS);
    isBad(vcpu);
    setInterruptibility(vcpu, Interruptibility.BLOCKING_BY_MOV_SS);
    vcpu.enter();
    vcpu.leave();
  }

  @Test
  @Covers("VMX-INJ-016")
  void aShadowOfStiNeedsIf(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu, false);
    setInterruptibility(vcpu, Interruptibility.BLOCKING_BY_STI);
    isBad(vcpu);
    setInterruptFlag(vcpu, true);
    vcpu.enter();
    vcpu.leave();
    setInterruptFlag(vcpu, false);
    setInterruptibility(vcpu, Interruptibility.BLOCKING_BY_MOV_SS);
    vcpu.enter();
    vcpu.leave();
  }

  @Test
  @Sweep
  @Covers("VMX-INJ-016")
  void reservedBitsOfTheInterruptibility(Cpu cpu, Cases cases) {
    Vcpu vcpu = vcpu(cpu, false);
    setInterruptibility(vcpu, Interruptibility.BLOCKING_BY_SMI);
    isBad(vcpu);
    cases.range(
        0,
        Integer.SIZE - 1,
        bit -> {
          if ((Interruptibility.RESERVED >>> bit & 1) != 0) {
            vcpu.write(VmcsField.GUEST_INTERRUPTIBILITY_STATE, 1L << bit);
            isBad(vcpu);
          }
        });
    setInterruptibility(vcpu, 0);
    vcpu.enter();
    vcpu.leave();
  }
}
