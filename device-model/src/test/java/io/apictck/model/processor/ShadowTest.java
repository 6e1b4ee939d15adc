package io.apictck.model.processor;

import static io.apictck.model.processor.Bench.completed;
import static io.apictck.model.processor.Bench.selfIpi;
import static io.apictck.model.processor.Bench.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Event.ExceptionTaken;
import io.apictck.platform.Event.InterruptTaken;
import io.apictck.platform.Event.Kind;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a pending event is recognized: IF, TF, and the shadows of STI and MOV SS. */
class ShadowTest {
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction STI = new Instruction.Sti();
  private static final Instruction CLI = new Instruction.Cli();
  private static final Instruction MOV_SS = new Instruction.MovSs();
  private static final Instruction LSS = new Instruction.Lss();
  private static final Instruction IRET = new Instruction.Iret();
  private static final long IF_SET = Rflags.IF | Rflags.FIXED;

  private final Bench bench = Bench.of(1);

  @Test
  void instructionBehindStiRunsFirst() {
    List<Event> events = bench.run(0, selfIpi(0x41), STI, NOP, NOP, NOP);

    assertThat(events).containsExactly(external(0x41, new Place(1, 3), IF_SET));
    assertThat(bench.run(0, IRET)).containsExactly(completed(0, 2), completed(0, 1));
  }

  @Test
  void stiThenCliTakesNothing() {
    assertThat(bench.run(0, selfIpi(0x41), STI, CLI, STI, CLI, NOP))
        .containsExactly(completed(0, 1));
  }

  @Test
  void stiWithInterruptsEnabledMakesNoShadow() {
    bench.run(0, STI);

    assertThat(bench.run(0, selfIpi(0x41), STI, NOP))
        .containsExactly(external(0x41, new Place(2, 1), IF_SET));
  }

  @Test
  void nopsBetweenActionsEndTheShadow() {
    assertThat(bench.run(0, selfIpi(0x41), STI))
        .containsExactly(completed(0, 1), external(0x41, Place.IDLE, IF_SET));
  }

  @Test
  void popfOpensTheWindowAtOnce() {
    assertThat(bench.run(0, selfIpi(0x41), new Instruction.Popf(IF_SET), NOP))
        .containsExactly(external(0x41, new Place(1, 2), IF_SET));
  }

  @Test
  void movSsHoldsInterruptsForOneInstruction() {
    bench.run(0, STI);

    assertThat(bench.run(0, CLI, selfIpi(0x41), new Instruction.Popf(2), STI, MOV_SS, NOP))
        .containsExactly(external(0x41, new Place(2, 5), IF_SET));
    bench.run(0, IRET);
    bench.run(0, CLI);
    assertThat(bench.run(0, MOV_SS, selfIpi(0x42), MOV_SS, STI, NOP, NOP))
        .containsExactly(external(0x42, new Place(5, 5), IF_SET));
  }

  @Test
  void messageDuringTheShadowOfMovSsWaits() {
    bench.run(0, STI);

    assertThat(bench.run(0, MOV_SS, selfIpi(0x41), NOP))
        .containsExactly(external(0x41, new Place(2, 2), IF_SET));
    bench.run(0, IRET);
    assertThat(bench.run(0, LSS, selfIpi(0x42), NOP))
        .containsExactly(external(0x42, new Place(4, 2), IF_SET));
  }

  @Test
  void singleStepTrapsAfterEachInstructionButMovSs() {
    long flags = Rflags.TF | Rflags.FIXED;
    Instruction setTf = new Instruction.Popf(flags);
    Instruction clearTf = new Instruction.Popf(Rflags.FIXED);

    assertThat(bench.run(0, setTf, MOV_SS, NOP, clearTf, NOP))
        .containsExactly(new ExceptionTaken(0, 1, 0, new Place(1, 3), flags));
    assertThat(bench.run(0, IRET))
        .containsExactly(
            completed(0, 2), new ExceptionTaken(0, 1, 0, new Place(1, 4), Rflags.FIXED));
    assertThat(bench.run(0, IRET)).containsExactly(completed(0, 3), completed(0, 1));
  }

  @Test
  void trapComesBeforeNmi() {
    long flags = Rflags.TF | Rflags.IF | Rflags.FIXED;
    long handler = Rflags.FIXED;

    List<Event> events =
        bench.run(
            0, selfIpi(0x41), MOV_SS, new Instruction.Popf(flags), send(FakeChipset.NMI, 0, 0));

    // POPF opened the window, and the trap flag was not yet set when it began
    assertThat(events).containsExactly(external(0x41, new Place(1, 3), flags));
    assertThat(bench.run(0, selfIpi(0x42), IRET))
        .containsExactly(completed(0, 2), external(0x42, new Place(1, 3), flags));
    assertThat(bench.run(0, IRET))
        .containsExactly(
            completed(0, 3),
            completed(0, 1),
            new ExceptionTaken(0, 1, 0, Place.IDLE, flags),
            new InterruptTaken(0, 2, Kind.NMI, Place.IDLE, handler));
  }

  @Test
  void trapGateKeepsInterruptsEnabled() {
    bench.perform(new Action.SetGate(0x60, true));
    bench.run(0, STI);
    bench.run(0, new Instruction.Int(0x60), NOP);

    assertThat(bench.values(new Instruction.Pushf())).containsExactly(IF_SET);
    bench.run(0, IRET);
    bench.run(0, new Instruction.Int(0x61), NOP);
    assertThat(bench.values(new Instruction.Pushf())).containsExactly(Rflags.FIXED);
  }

  @Test
  void softwareInterruptClearsTfWithoutTrap() {
    long flags = Rflags.TF | Rflags.FIXED;

    assertThat(bench.run(0, new Instruction.Popf(flags), new Instruction.Int(0x60), NOP))
        .containsExactly(new InterruptTaken(0, 0x60, Kind.SOFTWARE, new Place(1, 2), flags));
    assertThat(bench.values(new Instruction.Pushf())).containsExactly(Rflags.FIXED);
  }

  @Test
  void repeatedMoveIsInterruptedBetweenIterations() {
    long from = 0x0100_0FF0;
    long to = 0x0120_0123;
    bench.run(0, new Instruction.Store(from, 8, 0x8877_6655_4433_2211L), STI);
    bench.run(0, Bench.timer(7, 0x41));

    assertThat(bench.run(0, new Instruction.RepMovsb(to, from, 0x4000)))
        .containsExactly(external(0x41, new Place(3, 0), IF_SET | Rflags.RF));
    assertThat(bench.values(new Instruction.Load(to, 8))).containsExactly(0x0066_5544_3322_11L);
    bench.run(0, new Instruction.Store(from + 0x3FFF, 1, 0x99));
    long before = bench.nanos();
    assertThat(bench.run(0, IRET)).containsExactly(completed(0, 6), completed(0, 3));
    // one nanosecond for IRET, one for each iteration that was left: time ran on from the timer
    assertThat(bench.nanos() - before).isEqualTo(1 + 0x4000 - 6);
    assertThat(bench.values(new Instruction.Load(to + 0x3FFF, 1))).containsExactly(0x99);
  }

  @Test
  void processorThatMakesNoShadowIsTold() {
    Bench faulty =
        Bench.with((world, cpu) ->
            new Processor(world, cpu) {
              @Override
              protected boolean stiMakesShadow(boolean interruptFlagWas) {
                return false;
              }
            });

    assertThat(faulty.run(0, selfIpi(0x41), STI, NOP))
        .containsExactly(external(0x41, new Place(1, 2), IF_SET));
  }

  private static InterruptTaken external(int vector, Place place, long rflags) {
    return new InterruptTaken(0, vector, Kind.EXTERNAL, place, rflags);
  }
}
