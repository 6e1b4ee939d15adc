package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ErrorCodes;
import io.apictck.suites.support.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Activity states of guests, and the events that can be injected in them (Intel SDM Vol. 3C,
 * "Checks on Guest Non-Register State").
 */
@Conformance
@Requires(Feature.VMX)
@SuppressWarnings("EnumOrdinal") // the numbers are those of the manual
final class ActivityInjectionTests {
  private static final int MACHINE_CHECK = 18;
  private static final int LAST_VECTOR = 0xFF;
  private static final Injection NMI = Injection.of(InterruptionType.NMI, Exceptions.NMI);

  /** Every event that the checks of the fields accept, but for a pending monitor trap. */
  private static List<Injection> events(Cpu cpu) {
    List<Injection> events = new ArrayList<>();
    for (InterruptionType type :
        List.of(
            InterruptionType.EXTERNAL_INTERRUPT,
            InterruptionType.SOFTWARE_INTERRUPT,
            InterruptionType.PRIVILEGED_SOFTWARE_EXCEPTION,
            InterruptionType.SOFTWARE_EXCEPTION)) {
      IntStream.rangeClosed(Vectors.FIRST, LAST_VECTOR)
          .forEach(vector -> events.add(Injection.of(type, vector)));
    }
    IntStream.rangeClosed(0, ErrorCodes.LAST_EXCEPTION)
        .forEach(vector -> events.add(Injection.exception(cpu, vector)));
    events.add(NMI);
    return events;
  }

  private static boolean isException(Injection event, List<Integer> vectors) {
    return event.type() == InterruptionType.HARDWARE_EXCEPTION && vectors.contains(event.vector());
  }

  private static boolean comesInHlt(Injection event) {
    return switch (event.type()) {
      case EXTERNAL_INTERRUPT, NMI -> true;
      default -> isException(event, List.of(Exceptions.DB, MACHINE_CHECK));
    };
  }

  private static boolean comesInShutdown(Injection event) {
    return event.type() == InterruptionType.NMI || isException(event, List.of(MACHINE_CHECK));
  }

  private static Vcpu vcpu(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.write(VmcsField.GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
    return vcpu;
  }

  private static void isBad(Vcpu vcpu) {
    assertThat(vcpu.tryEnter()).failsToLoad(ExitReason.ENTRY_FAILURE_GUEST_STATE, 0);
  }

  private static void inject(Vcpu vcpu, ActivityState state, Injection event, boolean comes) {
    vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, state.ordinal());
    vcpu.write(event.fields());
    if (comes) {
      vcpu.enter();
      take(vcpu.guest(), event);
      vcpu.guest().iret();
      assertThat(vcpu.leave()).hasActivity(ActivityState.ACTIVE);
    } else {
      isBad(vcpu);
    }
  }

  private static void take(Cpu guest, Injection event) {
    switch (event.type()) {
      case NMI -> guest.takeNmi();
      case HARDWARE_EXCEPTION -> guest.takeTrap(event.vector());
      default -> guest.takeInterrupt(event.vector());
    }
  }

  private static void isActiveAgain(Vcpu vcpu) {
    vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, ActivityState.ACTIVE.ordinal());
    vcpu.write(Injection.NONE.fields());
    vcpu.enter();
    vcpu.leave();
  }

  @Test
  @Sweep
  @Requires(Feature.HLT_ACTIVITY)
  @Covers("VMX-INJ-015")
  void hlt(Cpu cpu, Cases cases) {
    Vcpu vcpu = vcpu(cpu);
    cases.each(events(cpu), event -> inject(vcpu, ActivityState.HLT, event, comesInHlt(event)));
    isActiveAgain(vcpu);
  }

  @Test
  @Requires({Feature.HLT_ACTIVITY, Feature.MONITOR_TRAP_FLAG})
  @Covers("VMX-INJ-015")
  void aPendingMonitorTrapComesInHlt(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu);
    vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, ActivityState.HLT.ordinal());
    vcpu.write(Injection.of(InterruptionType.OTHER_EVENT, 0).fields());
    assertThat(vcpu.enterUntilExit()).hasReason(ExitReason.MONITOR_TRAP_FLAG);
    isActiveAgain(vcpu);
  }

  @Test
  @Sweep
  @Requires(Feature.SHUTDOWN_ACTIVITY)
  @Covers("VMX-INJ-015")
  void shutdown(Cpu cpu, Cases cases) {
    Vcpu vcpu = vcpu(cpu);
    cases.each(
        events(cpu), event -> inject(vcpu, ActivityState.SHUTDOWN, event, comesInShutdown(event)));
    isActiveAgain(vcpu);
  }

  @Test
  @Requires({Feature.SHUTDOWN_ACTIVITY, Feature.MONITOR_TRAP_FLAG})
  @Covers("VMX-INJ-015")
  void aPendingMonitorTrapDoesNotComeInShutdown(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu);
    inject(vcpu, ActivityState.SHUTDOWN, Injection.of(InterruptionType.OTHER_EVENT, 0), false);
    isActiveAgain(vcpu);
  }

  @Test
  @Sweep
  @Requires(Feature.WAIT_FOR_SIPI_ACTIVITY)
  @Covers("VMX-INJ-015")
  void waitForSipi(Cpu cpu, Cases cases) {
    Vcpu vcpu = vcpu(cpu);
    cases.each(events(cpu), event -> inject(vcpu, ActivityState.WAIT_FOR_SIPI, event, false));
    isActiveAgain(vcpu);
  }

  private static void verifyStates(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    for (ActivityState state : ActivityState.values()) {
      if (!cpu.vmx().capabilities().misc().supports(state)) {
        vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, state.ordinal());
        isBad(vcpu);
      }
    }
    for (long beyond : List.of(4L, 5L, 0x100L, 0x8000_0000L, 0xFFFF_FFFFL)) {
      vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, beyond);
      isBad(vcpu);
    }
    isActiveAgain(vcpu);
  }

  @Test
  @Covers("VMX-CAP-008")
  void statesThatAreNotSupported(Cpu cpu) {
    verifyStates(cpu);
  }

  @Test
  @OnMachine(without = Feature.HLT_ACTIVITY)
  @Covers("VMX-CAP-008")
  void withoutHlt(Cpu cpu) {
    verifyStates(cpu);
  }

  @Test
  @OnMachine(without = {Feature.SHUTDOWN_ACTIVITY, Feature.WAIT_FOR_SIPI_ACTIVITY})
  @Covers("VMX-CAP-008")
  void withoutShutdownAndWaitForSipi(Cpu cpu) {
    verifyStates(cpu);
  }

  /** In shutdown an NMI is injected, in HLT as well: the states that are supported are accepted. */
  @Test
  @Requires({Feature.HLT_ACTIVITY, Feature.SHUTDOWN_ACTIVITY})
  @Covers("VMX-CAP-008")
  void statesThatAreSupported(Cpu cpu) {
    Vcpu vcpu = vcpu(cpu);
    for (ActivityState state :
        List.of(ActivityState.ACTIVE, ActivityState.HLT, ActivityState.SHUTDOWN)) {
      inject(vcpu, state, NMI, true);
    }
  }

  @Test
  @Requires(value = Feature.HLT_ACTIVITY, stimuli = Stimulus.USER_MODE)
  @Covers("VMX-INJ-017")
  void hltNeedsPrivilegeLevelZero(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.enter();
    vcpu.guest().run(new Instruction.EnterUser());
    vcpu.leave();
    // an event that comes in HLT, so that the guest would run
    vcpu.write(VmcsField.GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
    Injection event = Injection.of(InterruptionType.EXTERNAL_INTERRUPT, LAST_VECTOR);
    vcpu.write(event.fields());
    vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, ActivityState.HLT.ordinal());
    isBad(vcpu);
    vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, ActivityState.ACTIVE.ordinal());
    vcpu.enter();
    take(vcpu.guest(), event);
    vcpu.guest().iret();
    vcpu.guest().run(new Instruction.LeaveUser());
    vcpu.leave();
  }
}
