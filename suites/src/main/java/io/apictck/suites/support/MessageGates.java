package io.apictck.suites.support;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PciRegister;
import io.apictck.machine.PciFunction;
import java.util.ArrayList;
import java.util.List;

/**
 * What lets a condition out as a message or by the pin (PCI Local Bus Specification, "Enabling
 * Operation", "Per-vector Masking and Function Masking", "Device Control").
 *
 * @param enabled enable bit of the capability
 * @param functionMask function mask bit
 * @param mask mask bit of the vector
 * @param busMaster bus master enable
 * @param interruptDisable interrupt disable
 * @param vector which one has the condition
 */
public record MessageGates(
    boolean enabled,
    boolean functionMask,
    boolean mask,
    boolean busMaster,
    boolean interruptDisable,
    int vector) {
  private static final int BASE = 0x4320;
  private static final int BITS = 5;

  /** All combinations that a source has, each for its first and its last vector. */
  public static List<MessageGates> all(MessageSource source) {
    List<MessageGates> all = new ArrayList<>();
    List<Integer> vectors = source.vectors();
    for (int bits = 0; bits < 1 << BITS; bits++) {
      for (int vector : List.of(vectors.getFirst(), vectors.getLast())) {
        MessageGates gates =
            new MessageGates(
                (bits & 1) != 0,
                (bits & 2) != 0,
                (bits & 4) != 0,
                (bits & 8) != 0,
                (bits & 16) != 0,
                vector);
        if (source.hasFunctionMask() || !gates.functionMask) {
          if (source.hasMasks() || !gates.mask) {
            all.add(gates);
          }
        }
      }
    }
    return all;
  }

  private boolean masked() {
    return mask || functionMask;
  }

  private boolean sends() {
    return enabled && busMaster && !masked();
  }

  /** Sets all bits, makes the condition true, and fails unless it gets out as it must. */
  public void verify(MessageSource source, Landing landing, FunctionPin pin) {
    PciFunction function = source.function();
    source.setEnabled(false);
    source.aim(landing.address(), BASE);
    if (source.hasFunctionMask()) {
      source.setFunctionMask(functionMask);
    }
    if (source.hasMasks()) {
      source.setMask(vector, mask);
    }
    function.setCommand(PciRegister.COMMAND_BUS_MASTER, busMaster);
    function.setCommand(PciRegister.COMMAND_INTERRUPT_DISABLE, interruptDisable);
    source.setEnabled(enabled);
    landing.clear();
    function.interrupt(vector, true);
    if (sends()) {
      landing.expect(BASE + vector);
    } else {
      landing.expectNothing();
    }
    if (!enabled) {
      assertThat(function.interruptStatus()).as("interrupt status").isTrue();
    }
    pin.verify(!enabled && !interruptDisable);
    if (source.hasMasks() && enabled) {
      verifyPending(source);
    }
    function.interrupt(vector, false);
    pin.drain();
    pin.verify(false);
    assertThat(function.interruptStatus()).as("interrupt status without condition").isFalse();
    landing.expectNothing();
    source.setEnabled(false);
    if (source.hasMasks()) {
      source.setMask(vector, true);
    }
  }

  private void verifyPending(MessageSource source) {
    for (int other : source.vectors()) {
      // what a function does that is no bus master is left open
      if (other != vector || busMaster) {
        assertThat(source.pending(other))
            .as("pending bit %d", other)
            .isEqualTo(other == vector && masked());
      }
    }
  }
}
