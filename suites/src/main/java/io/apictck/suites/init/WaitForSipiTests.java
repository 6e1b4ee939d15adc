package io.apictck.suites.init;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Startup;
import org.junit.jupiter.api.Test;

/**
 * What does not end the wait-for-SIPI state (Intel SDM Vol. 3C, activity state "wait-for-SIPI").
 */
@Conformance
@OnMachine(processors = 3)
final class WaitForSipiTests {
  private static final int VECTOR = 0x61;

  private static InterruptCommand nmi(Cpu target) {
    return InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(target.apicId());
  }

  private static void verifyStillWaits(Machine machine, Cpu target) {
    machine.expectNothing();
    assertThat(target.waitsForSipi()).as("waits for a start-up IPI").isTrue();
  }

  private static void start(Machine machine, Cpu sender, Cpu target) {
    int vector = Startups.vector(machine, 1);
    sender.lapic().send(Startups.startup(target, vector));
    Startups.assertStartsAt(target, vector);
  }

  @InEachApicMode
  @Covers("INIT-005")
  void fixedInterruptsDoNotEndIt(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    target.sti();
    Startup.init(cpu, target);
    for (int vector = 0x20; vector <= 0xF0; vector += 0x10) {
      cpu.lapic().sendIpi(target, vector);
    }
    cpu.lapic().send(InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.ALL_EXCLUDING_SELF));
    verifyStillWaits(machine, target);
    start(machine, cpu, target);
    // IF=0 and software-disabled: whether a request was kept is open, but none is delivered
    machine.expectNothing();
    machine.observe("IRR after IPIs in wait-for-SIPI", target.lapic().irr());
    Cpu other = machine.cpu(2);
    other.sti();
    other.serve(VECTOR);
  }

  @InEachApicMode
  @Covers("INIT-005")
  void nmiDoesNotEndIt(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    Counter nmis = target.onNmi(InterruptHandler.RETURN);
    Startup.init(cpu, target);
    cpu.lapic().send(nmi(target));
    cpu.lapic().send(nmi(target));
    verifyStillWaits(machine, target);
    assertThat(nmis).as("NMIs in wait-for-SIPI").hasCount(0);
    start(machine, cpu, target);
    machine.expectNothing();
    machine.observe("NMIs after the start that were sent in wait-for-SIPI", nmis.count());
    assertThat(nmis.count()).as("NMIs after the start").isLessThanOrEqualTo(1);
    nmis.clear();
    cpu.lapic().send(nmi(target));
    machine.settle(() -> nmis.count() > 0);
    machine.expectNothing();
    assertThat(nmis).as("NMIs sent after the start").hasCount(1);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.SMI)
  @Covers("INIT-005")
  void smiDoesNotEndIt(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    InterruptCommand smi =
        InterruptCommand.of(DeliveryMode.SMI, 0).withDestination(target.apicId());
    Startup.init(cpu, target);
    cpu.lapic().send(smi);
    verifyStillWaits(machine, target);
    start(machine, cpu, target);
    machine.elapse(machine.description().quiet());
    boolean kept = target.hasUntakenInterrupt();
    machine.observe("an SMI sent in wait-for-SIPI is kept", kept);
    if (kept) {
      target.takeSmi();
      target.iret();
    }
    machine.expectNothing();
    cpu.lapic().send(smi);
    target.takeSmi();
    target.iret();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("INIT-005")
  void anotherInitDoesNotEndIt(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    Counter nmis = target.onNmi(InterruptHandler.RETURN);
    Startup.init(cpu, target);
    cpu.lapic().send(nmi(target));
    cpu.lapic().send(Startups.init(target));
    verifyStillWaits(machine, target);
    cpu.lapic().send(Startups.init(target));
    verifyStillWaits(machine, target);
    start(machine, cpu, target);
    machine.expectNothing();
    assertThat(nmis.count()).as("NMIs after the start").isLessThanOrEqualTo(1);
    assertThat(target.lapic()).isIdle();
    Startups.assertWorks(cpu, target, VECTOR);
  }

  /** After RESET it is the same state. */
  @Test
  @OnMachine(processors = 3, powerOn = true)
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("INIT-005")
  void itIsTheStateAfterResetToo(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    Counter nmis = target.onNmi(InterruptHandler.RETURN);
    cpu.lapic().send(nmi(target));
    cpu.lapic().sendIpi(target, VECTOR);
    verifyStillWaits(machine, target);
    assertThat(nmis).as("NMIs in wait-for-SIPI").hasCount(0);
    start(machine, cpu, target);
    machine.expectNothing();
    assertThat(nmis.count()).as("NMIs after the start").isLessThanOrEqualTo(1);
    Startups.assertWorks(cpu, target, VECTOR + 1);
  }
}
