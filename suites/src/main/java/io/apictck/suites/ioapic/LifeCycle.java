package io.apictck.suites.ioapic;

import io.apictck.suites.ioapic.Operation.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The life cycle of interrupts from I/O APIC inputs as the manuals have it: an automaton without
 * any time (82093AA data sheet, "I/O Redirection Table Registers"; Intel 82801 data sheets, "EOI
 * Register"; Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed Interrupts" and "Signaling
 * Interrupt Servicing Completion").
 *
 * <p>Left open, so that a walk ends there: the trigger mode or the vector of a level in flight
 * changes; a level input whose line is active becomes an edge input; a vector that is requested is
 * requested again with the other trigger mode.
 */
final class LifeCycle {
  /** Vectors of different priority classes in one register of IRR, in rising order. */
  static final int[] VECTORS = {0x41, 0x52};

  private static final Set<Kind> OF_PINS =
      EnumSet.of(
          Kind.LINE,
          Kind.SAME_LEVEL,
          Kind.MASK,
          Kind.REWRITE,
          Kind.TRIGGER,
          Kind.POLARITY,
          Kind.VECTOR,
          Kind.PROCESSOR,
          Kind.DESTINATION_MODE);

  private final Set<Kind> kinds;

  /** An automaton with some kinds of operations. */
  LifeCycle(Set<Kind> kinds) {
    this.kinds = Set.copyOf(kinds);
  }

  /**
   * What may come of an operation.
   *
   * @param allowed the states of which one must be found
   * @param open whether what follows is not defined
   */
  record Outcome(List<LifeCycleState> allowed, boolean open) {
    /** Takes a copy. */
    Outcome {
      allowed = List.copyOf(allowed);
    }

    /** The only state, unless the outcome is open. */
    LifeCycleState next() {
      return allowed.getFirst();
    }
  }

  /** What can be done in a state. */
  List<Operation> operations(LifeCycleState state) {
    List<Operation> operations = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (kinds.contains(kind)) {
        int subjects = subjects(kind, state);
        for (int subject = 0; subject < subjects; subject++) {
          if (isPossible(kind, subject, state)) {
            operations.add(new Operation(kind, subject));
          }
        }
      }
    }
    return operations;
  }

  private static int subjects(Kind kind, LifeCycleState state) {
    if (OF_PINS.contains(kind)) {
      return state.pins().size();
    }
    return kind == Kind.DIRECTED_EOI ? VECTORS.length : state.apics().size();
  }

  private static boolean isPossible(Kind kind, int subject, LifeCycleState state) {
    return switch (kind) {
      case TAKE -> state.apics().get(subject).irr() != 0;
      case SUPPRESSED_EOI -> state.apics().get(subject).isr() != 0;
      default -> true;
    };
  }

  /** What comes of an operation. */
  Outcome after(LifeCycleState state, Operation operation) {
    Step step = new Step(state);
    int subject = operation.subject();
    return switch (operation.kind()) {
      case LINE -> step.line(subject);
      case SAME_LEVEL, REWRITE -> step.outcome();
      case MASK -> step.write(subject, pin -> pin.withMasked(!pin.masked()));
      case POLARITY -> step.write(subject, pin -> pin.withActiveLow(!pin.activeLow()));
      case PROCESSOR -> step.write(subject, pin -> pin.withCpu(1 - pin.cpu()));
      case DESTINATION_MODE -> step.write(subject, pin -> pin.withLogical(!pin.logical()));
      case TRIGGER -> step.trigger(subject);
      case VECTOR -> step.vector(subject);
      case TAKE -> step.take(subject);
      case EOI -> step.eoi(subject, true);
      case SUPPRESSED_EOI -> step.eoi(subject, false);
      case DIRECTED_EOI -> step.directedEoi(subject);
      case SELF_IPI -> step.selfIpi(subject);
    };
  }

  /** One operation being worked out. */
  private static final class Step {
    private final List<PinState> pins;
    private final List<ApicState> apics;

    /** Where a vector was requested again with the other trigger mode, and which. */
    private int mixedCpu = -1;

    private int mixedVector;

    Step(LifeCycleState state) {
      pins = new ArrayList<>(state.pins());
      apics = new ArrayList<>(state.apics());
    }

    private LifeCycleState state() {
      return new LifeCycleState(pins, apics);
    }

    Outcome outcome() {
      LifeCycleState state = state();
      if (mixedCpu < 0) {
        return new Outcome(List.of(state), false);
      }
      List<LifeCycleState> allowed = new ArrayList<>();
      for (boolean level : new boolean[] {false, true}) {
        List<ApicState> variant = new ArrayList<>(apics);
        variant.set(mixedCpu, apics.get(mixedCpu).accepting(mixedVector, level));
        allowed.add(new LifeCycleState(pins, variant));
      }
      return new Outcome(allowed, true);
    }

    private Outcome open(LifeCycleState... allowed) {
      return new Outcome(List.of(allowed), true);
    }

    Outcome line(int number) {
      PinState pin = pins.get(number);
      pins.set(number, pin.withAsserted(!pin.asserted()));
      if (!pin.asserted() && !pin.level() && !pin.masked()) {
        send(number);
      }
      requestLevel(number);
      return outcome();
    }

    Outcome write(int number, java.util.function.UnaryOperator<PinState> change) {
      pins.set(number, change.apply(pins.get(number)));
      requestLevel(number);
      return outcome();
    }

    Outcome trigger(int number) {
      PinState pin = pins.get(number);
      pins.set(number, pin.withLevel(!pin.level()));
      if (!pin.level()) {
        requestLevel(number);
        return outcome();
      }
      if (!pin.remoteIrr() && !pin.asserted()) {
        return outcome();
      }
      List<LifeCycleState> allowed = new ArrayList<>();
      allowed.add(state());
      pins.set(number, pins.get(number).withRemoteIrr(false));
      allowed.add(state());
      if (pin.asserted() && !pin.masked()) {
        send(number);
        allowed.addAll(outcome().allowed());
        pins.set(number, pins.get(number).withRemoteIrr(pin.remoteIrr()));
        allowed.addAll(outcome().allowed());
      }
      return open(allowed.toArray(LifeCycleState[]::new));
    }

    Outcome vector(int number) {
      PinState pin = pins.get(number);
      pins.set(number, pin.withVector(1 - pin.vector()));
      if (!pin.remoteIrr()) {
        requestLevel(number);
        return outcome();
      }
      List<LifeCycleState> allowed = new ArrayList<>();
      allowed.add(state());
      pins.set(number, pins.get(number).withRemoteIrr(false));
      requestLevel(number);
      allowed.addAll(outcome().allowed());
      return open(allowed.toArray(LifeCycleState[]::new));
    }

    Outcome take(int cpu) {
      ApicState apic = apics.get(cpu);
      if (apic.deliverable() != ApicState.NONE) {
        apics.set(cpu, apic.taking(apic.deliverable()));
      }
      return outcome();
    }

    Outcome eoi(int cpu, boolean broadcast) {
      ApicState apic = apics.get(cpu);
      int vector = ApicState.highest(apic.isr());
      if (vector != ApicState.NONE) {
        apics.set(cpu, apic.ending(vector));
        if (broadcast && (apic.tmr() >>> vector & 1) != 0) {
          end(vector);
        }
      }
      return outcome();
    }

    Outcome directedEoi(int vector) {
      end(vector);
      return outcome();
    }

    Outcome selfIpi(int cpu) {
      accept(cpu, pins.getFirst().vector(), false);
      return outcome();
    }

    /** All level inputs with the vector are free again. */
    private void end(int vector) {
      for (int number = 0; number < pins.size(); number++) {
        PinState pin = pins.get(number);
        if (pin.level() && pin.vector() == vector) {
          pins.set(number, pin.withRemoteIrr(false));
          requestLevel(number);
        }
      }
    }

    private void requestLevel(int number) {
      if (pins.get(number).requestsLevel()) {
        send(number);
        pins.set(number, pins.get(number).withRemoteIrr(true));
      }
    }

    private void send(int number) {
      PinState pin = pins.get(number);
      accept(pin.cpu(), pin.vector(), pin.level());
    }

    private void accept(int cpu, int vector, boolean level) {
      ApicState apic = apics.get(cpu);
      boolean requested = (apic.irr() >>> vector & 1) != 0;
      if (requested && (apic.tmr() >>> vector & 1) != 0 != level) {
        mixedCpu = cpu;
        mixedVector = vector;
      }
      apics.set(cpu, apic.accepting(vector, level));
    }
  }
}
