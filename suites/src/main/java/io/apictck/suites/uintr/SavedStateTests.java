package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Cpuid;
import io.apictck.arch.Msr;
import io.apictck.arch.Xsave;
import io.apictck.arch.uintr.UserInterruptComponent;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * State component 14 of XSAVES and XRSTORS (Intel SDM Vol. 3A, "User Interrupts", "XSAVE Support").
 */
@Conformance
@Requires(Feature.USER_INTERRUPTS)
final class SavedStateTests {
  private static final int UINV = UserThread.UINV;
  private static final long REQUESTS = 1L << 61 | 1L << 2;
  private static final long UIF = UserInterruptComponent.UIF;
  private static final int NOT_CANONICAL = 57;
  private static final Instruction STUI = new Instruction.Stui();
  private static final Instruction TESTUI = new Instruction.Testui();

  private static long misc(int uinv) {
    return new UserInterruptMisc(UserThread.LAST_TARGET, uinv).raw();
  }

  @Test
  @Covers("UINTR-XS-001")
  void cpuidDescribesASupervisorComponent(Cpu cpu) {
    assertThat(cpu.cpuid(Xsave.LEAF, 1).ecx() >>> Xsave.USER_INTERRUPTS & 1)
        .as("CPUID.(Dh,1):ECX[14]")
        .isEqualTo(1);
    Cpu.CpuidResult component = cpu.cpuid(Xsave.LEAF, Xsave.USER_INTERRUPTS);
    assertThat(component.eax()).as("size").isEqualTo(UserInterruptComponent.SIZE);
    assertThat(component.ecx() & 1).as("CPUID.(Dh,14):ECX[0]").isEqualTo(1);
    assertThat(cpu.cpuid(Cpuid.FEATURES).ecx() & Cpuid.ECX_XSAVE).as("XSAVE").isNotZero();
  }

  @Test
  @Covers({"UINTR-XS-001", "UINTR-MSR-007"})
  void theImageHasTheWholeState(Cpu cpu) {
    for (boolean flag : new boolean[] {false, true}) {
      UserThread thread = UserThread.on(cpu);
      SavedState state = SavedState.of(cpu);
      long page = cpu.machine().newPage();
      thread.request(REQUESTS);
      cpu.wrmsr(Msr.IA32_UINTR_HANDLER, page + 1);
      cpu.wrmsr(Msr.IA32_UINTR_STACKADJUST, page + 3);
      cpu.run(flag ? STUI : new Instruction.Clui());
      state.save();
      assertThat(state.header(Xsave.XSTATE_BV)).as("XSTATE_BV").isEqualTo(SavedState.COMPONENT);
      assertThat(state.header(Xsave.XCOMP_BV))
          .as("XCOMP_BV")
          .isEqualTo(SavedState.COMPONENT | Xsave.COMPACTED);
      assertThat(state.get(UserInterruptComponent.HANDLER)).as("UIHANDLER").isEqualTo(page + 1);
      assertThat(state.get(UserInterruptComponent.STACKADJUST))
          .as("UISTACKADJUST")
          .isEqualTo(page + 3);
      assertThat(state.get(UserInterruptComponent.MISC))
          .as("UITTSZ, UINV and UIF")
          .isEqualTo(misc(UINV) | (flag ? UIF : 0));
      assertThat(state.get(UserInterruptComponent.PD))
          .as("UPIDADDR")
          .isEqualTo(thread.descriptor().address());
      assertThat(state.get(UserInterruptComponent.RR)).as("UIRR").isEqualTo(REQUESTS);
      assertThat(state.get(UserInterruptComponent.TT))
          .as("UITTADDR")
          .isEqualTo(thread.targets().address() | Msr.UINTR_TT_ENABLE);
    }
  }

  @Test
  @Covers("UINTR-XS-001")
  void eachPartOfTheStateIsReasonToSaveIt(Cpu cpu) {
    SavedState state = SavedState.of(cpu);
    long value = cpu.machine().newPage();
    List<Integer> msrs =
        List.of(
            Msr.IA32_UINTR_RR,
            Msr.IA32_UINTR_HANDLER,
            Msr.IA32_UINTR_STACKADJUST,
            Msr.IA32_UINTR_MISC,
            Msr.IA32_UINTR_PD,
            Msr.IA32_UINTR_TT);
    for (int msr : msrs) {
      msrs.forEach(other -> cpu.wrmsr(other, 0));
      cpu.wrmsr(msr, value);
      state.save();
      assertThat(state.header(Xsave.XSTATE_BV))
          .as("XSTATE_BV with MSR %xh alone", msr)
          .isEqualTo(SavedState.COMPONENT);
    }
  }

  @Test
  @Covers("UINTR-XS-002")
  void savingClearsUinvAndNothingElse(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    SavedState state = SavedState.of(cpu);
    thread.request(REQUESTS);
    thread.descriptor().setPir(1);
    cpu.run(STUI);
    state.save();
    assertThat(cpu.rdmsr(Msr.IA32_UINTR_MISC)).as("IA32_UINTR_MISC").isEqualTo(misc(0));
    assertThat(thread.requests()).as("UIRR").isEqualTo(REQUESTS);
    assertThat(cpu.run(TESTUI)[0] & 1).as("UIF").isEqualTo(1);
    cpu.sti();
    cpu.lapic().sendSelfIpi(UINV);
    cpu.serve(UINV);
    assertThat(thread.descriptor().pir()).as("PIR").isEqualTo(1);
  }

  @Test
  @Covers("UINTR-XS-003")
  void restoringNeedsUinvZero(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    SavedState state = SavedState.of(cpu);
    thread.request(REQUESTS);
    state.save();
    thread.request(0);
    state.restore();
    assertThat(thread.requests()).as("UIRR").isEqualTo(REQUESTS);
    assertThat(cpu.rdmsr(Msr.IA32_UINTR_MISC)).as("IA32_UINTR_MISC").isEqualTo(misc(UINV));
    thread.request(1);
    assertThat(cpu.attempt(state.restoring())).raisesGeneralProtection();
    assertThat(thread.requests()).as("UIRR").isEqualTo(1);
  }

  @Test
  @Covers("UINTR-XS-003")
  void restoringChecksTheImage(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    SavedState state = SavedState.of(cpu);
    state.save();
    thread.request(REQUESTS);
    IntStream.range(40, 63).forEach(bit -> faults(state, UserInterruptComponent.MISC, bit));
    IntStream.range(0, 6).forEach(bit -> faults(state, UserInterruptComponent.PD, bit));
    IntStream.range(1, 4).forEach(bit -> faults(state, UserInterruptComponent.TT, bit));
    List<Integer> addresses =
        Stream.of(
                UserInterruptComponent.HANDLER,
                UserInterruptComponent.STACKADJUST,
                UserInterruptComponent.PD,
                UserInterruptComponent.TT)
            .toList();
    for (int offset : addresses) {
      IntStream.range(NOT_CANONICAL, Long.SIZE).forEach(bit -> faults(state, offset, bit));
    }
    assertThat(thread.requests()).as("UIRR").isEqualTo(REQUESTS);
    state.restore();
    assertThat(thread.requests()).as("UIRR").isZero();
  }

  private static void faults(SavedState state, int offset, int bit) {
    long good = state.get(offset);
    state.set(offset, good ^ 1L << bit);
    assertThat(state.cpu().attempt(state.restoring()))
        .as("XRSTORS with bit %d of the quadword at %d", bit, offset)
        .raisesGeneralProtection();
    state.set(offset, good);
  }

  @Test
  @Requires(stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
  @Covers({"UINTR-XS-004", "UINTR-NOT-007"})
  void restoredRequestsAreDeliveredAsTheRestoredUifSays(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    SavedState state = SavedState.of(cpu);
    state.save();
    state.set(UserInterruptComponent.RR, REQUESTS);
    cpu.run(STUI);
    state.restore();
    assertThat(cpu.run(TESTUI)[0] & 1).as("UIF of the image").isZero();
    thread.enterUser();
    cpu.machine().expectNothing();
    thread.leaveUser();
    state.save();
    state.set(UserInterruptComponent.MISC, state.get(UserInterruptComponent.MISC) | UIF);
    state.restore();
    thread.enterUser();
    cpu.takeUserInterrupt(61);
    cpu.iret();
    cpu.takeUserInterrupt(2);
    cpu.iret();
    thread.leaveUser();
  }

  @Test
  @Covers("UINTR-XS-005")
  void theInitialStateIsZero(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    SavedState state = SavedState.of(cpu);
    state.save();
    thread.request(REQUESTS);
    cpu.run(STUI);
    state.setHeader(Xsave.XSTATE_BV, 0);
    state.restore();
    for (int msr = Msr.IA32_UINTR_RR; msr <= Msr.IA32_UINTR_TT; msr++) {
      assertThat(cpu.rdmsr(msr)).as("MSR %xh", msr).isZero();
    }
    assertThat(cpu.run(TESTUI)[0] & 1).as("UIF").isZero();
    state.save();
    assertThat(state.header(Xsave.XSTATE_BV)).as("XSTATE_BV of the initial state").isZero();
  }
}
