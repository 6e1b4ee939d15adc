package io.apictck.suites.init;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Rflags;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Event;

/** INIT and start-up commands, and the state that a start-up IPI must give. */
final class Startups {
  /** CR0 bit 0. */
  private static final long PROTECTION_ENABLE = 1;

  private Startups() {}

  /** An INIT for one processor. */
  static InterruptCommand init(Cpu target) {
    return InterruptCommand.of(DeliveryMode.INIT, 0).withDestination(target.apicId());
  }

  /** A start-up for one processor. */
  static InterruptCommand startup(Cpu target, int vector) {
    return InterruptCommand.of(DeliveryMode.STARTUP, vector).withDestination(target.apicId());
  }

  /** A vector that the platform can start processors with. */
  static int vector(Machine machine, int number) {
    return machine.description().startVectors().get(number);
  }

  /**
   * Waits for a start and fails if it is not in real mode at the page of {@code vector} with IF=0.
   */
  static void assertStartsAt(Cpu target, int vector) {
    Event.ProcessorStarted started = target.expectStart();
    assertThat(started.sipiVector()).as("vector of the start-up IPI").isEqualTo(vector);
    Event.StartState state = started.state();
    assertThat(Hex.dword(state.cs())).as("CS").isEqualTo(Hex.dword(vector << 8));
    assertThat(Hex.dword(state.ip())).as("IP").isEqualTo(Hex.dword(0));
    assertThat(state.cr0() & PROTECTION_ENABLE).as("CR0.PE").isZero();
    assertThat(state.rflags() & Rflags.IF).as("IF").isZero();
  }

  /**
   * Software-enables the local APIC after a start, gives it IF=1 and fails if a Fixed IPI does not
   * get through.
   */
  static void assertWorks(Cpu sender, Cpu target, int vector) {
    target.lapic().setEnabled(true);
    target.sti();
    sender.lapic().sendIpi(target, vector);
    target.serve(vector);
    target.cli();
    assertThat(target.lapic()).isIdle().hasNoErrors();
  }
}
