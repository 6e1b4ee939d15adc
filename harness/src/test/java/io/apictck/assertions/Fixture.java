package io.apictck.assertions;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.tiny.TinyPlatform;
import io.apictck.tiny.TinyPlatform.Trouble;
import io.apictck.trace.Trace;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A machine to assert about. */
final class Fixture {
  private Fixture() {}

  static Cpu cpu() {
    Machine machine = new Machine(new TinyPlatform(Trouble.NONE), new Trace());
    machine.reset();
    return machine.cpu(0);
  }

  static void fails(ThrowingCallable assertion, String text) {
    assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessage(text);
  }
}
