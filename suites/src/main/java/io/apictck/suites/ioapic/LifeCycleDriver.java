package io.apictck.suites.ioapic;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.VectorSet;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.LogicalIds;
import io.apictck.suites.support.Pin;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a machine with two processors through sequences of the life-cycle automaton, and compares
 * the entries and the local APICs with it after each operation.
 *
 * <p>Bit 14 is written as the opposite of what it is: software cannot change it.
 */
final class LifeCycleDriver {
  /** The register of IRR, ISR and TMR that holds the vectors. */
  private static final int WORD = LifeCycle.VECTORS[0] / Integer.SIZE;

  private static final int MOST_INTERRUPTS = 16;
  private static final long DEFINED =
      RedirectionEntry.WRITABLE | RedirectionEntry.DELIVERY_STATUS | RedirectionEntry.REMOTE_IRR;
  private static final SpuriousInterruptVector ENABLED =
      SpuriousInterruptVector.RESET.withEnabled(true);

  private final Machine machine;
  private final LifeCycle automaton;
  private final List<Pin> pins;
  private final Pin spare;
  private final List<Cpu> cpus;
  private final boolean hasEoiRegister;

  /** Gives the processors logical IDs, in xAPIC mode. */
  LifeCycleDriver(Machine machine, LifeCycle automaton, int pins) {
    this.machine = machine;
    this.automaton = automaton;
    this.pins = new ArrayList<>();
    for (int number = 0; number < pins; number++) {
      this.pins.add(Pin.fromLast(machine, number));
    }
    spare = Pin.fromLast(machine, pins);
    cpus = machine.cpus().subList(0, 2);
    hasEoiRegister = machine.features().has(Feature.IO_APIC_EOI_REGISTER);
    LogicalIds.flat(machine);
  }

  /** What is read after an operation. */
  private record Observation(List<Long> entries, List<ApicState> apics) {}

  /** Runs a sequence, and makes everything idle again. */
  void run(Sequence sequence) {
    LifeCycleState state = sequence.start();
    for (int number = 0; number < pins.size(); number++) {
      pins.get(number).set(entry(state.pins().get(number), false));
    }
    for (int i = 0; i < sequence.operations().size(); i++) {
      Operation operation = sequence.operations().get(i);
      LifeCycle.Outcome outcome = automaton.after(state, operation);
      try {
        perform(state, operation);
        verify(outcome);
      } catch (AssertionError e) {
        throw new AssertionError(
            "after " + sequence.upTo(i) + System.lineSeparator() + e.getMessage(), e);
      }
      state = outcome.next();
    }
    try {
      release();
    } catch (AssertionError e) {
      throw new AssertionError(
          "making everything idle after " + sequence + System.lineSeparator() + e.getMessage(), e);
    }
  }

  private void perform(LifeCycleState state, Operation operation) {
    int subject = operation.subject();
    switch (operation.kind()) {
      case LINE -> drive(subject, !state.pins().get(subject).asserted());
      case SAME_LEVEL -> drive(subject, state.pins().get(subject).asserted());
      case MASK, REWRITE, TRIGGER, POLARITY, VECTOR -> {
        PinState pin = automaton.after(state, operation).next().pins().get(subject);
        boolean bit14 = !state.pins().get(subject).remoteIrr();
        pins.get(subject).setLow(entry(pin, bit14));
      }
      case PROCESSOR ->
          pins.get(subject)
              .setHigh(entry(automaton.after(state, operation).next().pins().get(subject), false));
      case DESTINATION_MODE -> {
        PinState pin = automaton.after(state, operation).next().pins().get(subject);
        pins.get(subject).set(entry(pin, !pin.remoteIrr()));
      }
      case TAKE -> take(cpus.get(subject), state.apics().get(subject).deliverable());
      case EOI -> cpus.get(subject).lapic().eoi();
      case SUPPRESSED_EOI -> suppressedEoi(cpus.get(subject).lapic());
      case DIRECTED_EOI -> pins.getFirst().ioApic().directedEoi(LifeCycle.VECTORS[subject]);
      case SELF_IPI ->
          cpus.get(subject)
              .lapic()
              .sendSelfIpi(LifeCycle.VECTORS[state.pins().getFirst().vector()]);
    }
  }

  private void drive(int pin, boolean asserted) {
    if (asserted) {
      pins.get(pin).raise();
    } else {
      pins.get(pin).lower();
    }
  }

  /** Takes one interrupt, or sees that none comes. */
  private static void take(Cpu cpu, int vector) {
    if (vector == ApicState.NONE) {
      cpu.run(new Instruction.Sti(), new Instruction.Nop(), new Instruction.Cli());
      cpu.machine().verifyNothingUnexpected();
      return;
    }
    cpu.sti();
    cpu.takeInterrupt(LifeCycle.VECTORS[vector]);
    cpu.iret();
    cpu.cli();
  }

  private static void suppressedEoi(LocalApic lapic) {
    lapic
        .cpu()
        .run(
            lapic.writing(LapicRegister.SVR, ENABLED.withSuppressEoiBroadcast(true).raw()),
            lapic.endingInterrupt(),
            lapic.writing(LapicRegister.SVR, ENABLED.raw()));
  }

  private RedirectionEntry entry(PinState pin, boolean bit14) {
    Cpu target = cpus.get(pin.cpu());
    return RedirectionEntry.fixed(
            LifeCycle.VECTORS[pin.vector()],
            pin.logical() ? LogicalIds.flatId(target) : target.apicId())
        .withLogical(pin.logical())
        .withActiveLow(pin.activeLow())
        .withRemoteIrr(bit14)
        .withLevel(pin.level())
        .withMasked(pin.masked());
  }

  private void verify(LifeCycle.Outcome outcome) {
    machine.verifyNothingUnexpected();
    if (!isAllowed(observe(), outcome) && !machine.settle(() -> isAllowed(observe(), outcome))) {
      throw new AssertionError(difference(observe(), outcome));
    }
  }

  private Observation observe() {
    List<Long> entries = new ArrayList<>();
    List<Instruction> block = new ArrayList<>();
    for (Pin pin : pins) {
      int index = IoApic.entryIndex(pin.input());
      block.addAll(pin.ioApic().reading(index));
      block.addAll(pin.ioApic().reading(index + 1));
    }
    addState(block, cpus.getFirst().lapic());
    long[] values = cpus.getFirst().run(block);
    for (int number = 0; number < pins.size(); number++) {
      entries.add(values[2 * number + 1] << 32 | values[2 * number]);
    }
    List<ApicState> apics = new ArrayList<>();
    apics.add(state(values, 2 * pins.size()));
    for (Cpu cpu : cpus.subList(1, cpus.size())) {
      block.clear();
      addState(block, cpu.lapic());
      apics.add(state(cpu.run(block), 0));
    }
    return new Observation(entries, apics);
  }

  private static void addState(List<Instruction> block, LocalApic lapic) {
    block.add(lapic.reading(LapicRegister.IRR.offset(WORD)));
    block.add(lapic.reading(LapicRegister.ISR.offset(WORD)));
    block.add(lapic.reading(LapicRegister.TMR.offset(WORD)));
  }

  /** RDMSR gives two values, a load one. */
  private static ApicState state(long[] values, int first) {
    int stride = (values.length - first) / 3;
    return new ApicState(
        (int) values[first], (int) values[first + stride], (int) values[first + 2 * stride]);
  }

  private boolean isAllowed(Observation found, LifeCycle.Outcome outcome) {
    for (LifeCycleState state : outcome.allowed()) {
      if (matches(found, state)) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(Observation found, LifeCycleState state) {
    for (int number = 0; number < pins.size(); number++) {
      if ((found.entries.get(number) & DEFINED) != expected(state.pins().get(number))) {
        return false;
      }
    }
    for (int cpu = 0; cpu < cpus.size(); cpu++) {
      if (!matches(found.apics.get(cpu), state.apics().get(cpu))) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(ApicState found, ApicState state) {
    int irr = word(state.irr());
    int isr = word(state.isr());
    return found.irr() == irr
        && found.isr() == isr
        && (found.tmr() & (irr | isr)) == word(state.tmr());
  }

  private long expected(PinState pin) {
    return entry(pin, pin.remoteIrr()).raw();
  }

  /** The register that has these vectors of the automaton. */
  private static int word(int vectors) {
    int word = 0;
    for (int number = 0; number < LifeCycle.VECTORS.length; number++) {
      if ((vectors >>> number & 1) != 0) {
        word |= 1 << LifeCycle.VECTORS[number] % Integer.SIZE;
      }
    }
    return word;
  }

  private String difference(Observation found, LifeCycle.Outcome outcome) {
    StringBuilder text = new StringBuilder();
    for (LifeCycleState state : outcome.allowed()) {
      text.append(text.isEmpty() ? "expected " : ", or ").append(text(state));
    }
    text.append(System.lineSeparator()).append("but found ");
    for (int number = 0; number < pins.size(); number++) {
      text.append(text(number, RedirectionEntry.of(found.entries.get(number)))).append("; ");
    }
    for (int cpu = 0; cpu < cpus.size(); cpu++) {
      ApicState apic = found.apics.get(cpu);
      text.append(text(cpu, apic.irr(), apic.isr(), apic.tmr() & (apic.irr() | apic.isr())))
          .append(cpu + 1 < cpus.size() ? "; " : "");
    }
    return text.toString();
  }

  private String text(LifeCycleState state) {
    StringBuilder text = new StringBuilder();
    for (int number = 0; number < pins.size(); number++) {
      PinState pin = state.pins().get(number);
      text.append(text(number, RedirectionEntry.of(expected(pin)))).append("; ");
    }
    for (int cpu = 0; cpu < cpus.size(); cpu++) {
      ApicState apic = state.apics().get(cpu);
      text.append(text(cpu, word(apic.irr()), word(apic.isr()), word(apic.tmr())))
          .append(cpu + 1 < cpus.size() ? "; " : "");
    }
    return text.toString();
  }

  private static String text(int number, RedirectionEntry entry) {
    return "pin %d %s%s %02Xh to %s %02Xh%s%s%s"
        .formatted(
            number,
            entry.masked() ? "masked " : "",
            entry.level() ? "level" : "edge",
            entry.vector(),
            entry.logical() ? "logical" : "physical",
            entry.destination(),
            entry.activeLow() ? ", active low" : "",
            (entry.raw() & RedirectionEntry.DELIVERY_STATUS) == 0 ? "" : ", send pending",
            entry.remoteIrr() ? ", remote IRR" : "");
  }

  private static String text(int cpu, int irr, int isr, int tmr) {
    return "CPU %d IRR %s ISR %s, level %s".formatted(cpu, set(irr), set(isr), set(tmr));
  }

  private static VectorSet set(int word) {
    VectorSet set = new VectorSet();
    set.setWord(WORD, word);
    return set;
  }

  /** Ends and takes whatever there is; every entry ends up masked and nothing in flight. */
  private void release() {
    for (Pin pin : pins) {
      pin.lower();
      pin.setLow(pin.entry().withMasked(true));
    }
    Observation found = observe();
    for (int cpu = 0; cpu < cpus.size(); cpu++) {
      drain(cpus.get(cpu), found.apics.get(cpu));
    }
    for (Pin pin : pins) {
      RedirectionEntry entry = pin.entry();
      if (entry.remoteIrr()) {
        end(entry.vector());
      }
      pin.set(RedirectionEntry.RESET);
    }
  }

  private static void drain(Cpu cpu, ApicState found) {
    LocalApic lapic = cpu.lapic();
    for (int i = 0; i < Integer.bitCount(found.isr()); i++) {
      lapic.eoi();
    }
    if (found.irr() == 0) {
      return;
    }
    cpu.sti();
    VectorSet requests = set(found.irr());
    for (int i = 0; !requests.isEmpty() && i < MOST_INTERRUPTS; i++) {
      cpu.serve(requests.highest());
      requests.remove(requests.highest());
    }
    cpu.cli();
  }

  /** Ends a level that no local APIC knows of any more. */
  private void end(int vector) {
    if (hasEoiRegister) {
      pins.getFirst().ioApic().directedEoi(vector);
      return;
    }
    // the EOI of another input with the vector is an EOI of all of them
    Cpu cpu = cpus.getFirst();
    spare.routeLevel(vector, cpu);
    spare.raise();
    cpu.sti();
    cpu.takeInterrupt(vector);
    spare.lower();
    cpu.finishInterrupt();
    cpu.cli();
    spare.set(RedirectionEntry.RESET);
  }
}
