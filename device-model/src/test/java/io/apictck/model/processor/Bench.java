package io.apictck.model.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferencePlatform;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Feature;
import io.apictck.platform.GuestState;
import io.apictck.platform.Instruction;
import io.apictck.platform.Outcome;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** A machine with a {@link FakeChipset}, and short words for what tests do to it. */
final class Bench {
  private final ReferencePlatform platform;
  private FakeChipset chipset;
  private long nextBlock = 1;
  private long nanos;

  private Bench(int processors, Set<Feature> features, ProcessorFactory factory) {
    List<Integer> apicIds = IntStream.range(0, processors).boxed().toList();
    platform =
        new ReferencePlatform(
            new ModelConfiguration(apicIds, features),
            (configuration, client) -> chipset = new FakeChipset(processors, client),
            factory);
  }

  static Bench of(int processors) {
    return new Bench(processors, EnumSet.allOf(Feature.class), Processor::new);
  }

  static Bench with(ProcessorFactory factory) {
    return new Bench(1, EnumSet.allOf(Feature.class), factory);
  }

  static Bench without(Feature feature) {
    return new Bench(1, EnumSet.complementOf(EnumSet.of(feature)), Processor::new);
  }

  static Bench with(int processors, Set<Feature> features, ProcessorFactory factory) {
    return new Bench(processors, features, factory);
  }

  /** What a VMCS must hold. */
  GuestState guest(int cpu, int guest) {
    return platform.guest(cpu, guest);
  }

  FakeChipset chipset() {
    return chipset;
  }

  /** The platform's time after the last action. */
  long nanos() {
    return nanos;
  }

  /** Runs a block; the first block of a bench is number 1. */
  List<Event> run(int cpu, Instruction... instructions) {
    return perform(new Action.Execute(cpu, nextBlock++, List.of(instructions)));
  }

  List<Event> perform(Action action) {
    Outcome outcome = platform.perform(action);
    nanos = outcome.nanos();
    return outcome.events();
  }

  /** Runs a block of processor 0 that must complete; gives its values. */
  long[] values(Instruction... instructions) {
    List<Event> events = run(0, instructions);
    assertThat(events).singleElement().isInstanceOf(Event.Completed.class);
    return ((Event.Completed) events.getFirst()).values();
  }

  /** Brings an application processor to life. */
  void start(int cpu) {
    run(0, send(FakeChipset.STARTUP, cpu, 8));
  }

  /** A store that makes the chipset send. */
  static Instruction send(int kind, int cpu, int vector) {
    return new Instruction.Store(FakeChipset.PAGE, 4, FakeChipset.message(kind, cpu, vector));
  }

  static Instruction selfIpi(int vector) {
    return new Instruction.Wrmsr(FakeChipset.SELF_IPI, vector);
  }

  /** Arms the timer. */
  static Instruction timer(long nanos, int vector) {
    return new Instruction.Wrmsr(FakeChipset.TIMER, nanos << 8 | vector);
  }

  static Event.Completed completed(int cpu, long block, long... values) {
    return new Event.Completed(cpu, block, values);
  }
}
