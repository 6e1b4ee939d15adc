package io.apictck.model.processor;

import static io.apictck.model.processor.Bench.completed;
import static io.apictck.model.processor.Bench.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.platform.Action;
import io.apictck.platform.Event.InterruptTaken;
import io.apictck.platform.Event.Kind;
import io.apictck.platform.Event.ProcessorReset;
import io.apictck.platform.Event.ProcessorStarted;
import io.apictck.platform.Event.StartState;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Place;
import org.junit.jupiter.api.Test;

/** INIT and start-up IPIs. */
class StartUpTest {
  private static final long CR0 = 0x6000_0010;
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction HLT = new Instruction.Hlt();
  private static final Instruction INIT = send(FakeChipset.INIT, 1, 0);
  private static final Instruction SIPI = send(FakeChipset.STARTUP, 1, 0x9A);

  private final Bench bench = Bench.of(2);

  @Test
  void onlySipiEndsWaitForSipi() {
    assertThat(
            bench.run(
                0,
                send(FakeChipset.NMI, 1, 0),
                send(FakeChipset.SMI, 1, 0),
                INIT,
                send(FakeChipset.FIXED, 1, 0x41)))
        .containsExactly(completed(0, 1));
    assertThat(bench.run(1, NOP)).isEmpty();
    assertThat(bench.run(0, SIPI)).containsExactly(completed(0, 3), started());
    assertThat(bench.values(NOP)).isEmpty();
  }

  @Test
  void sipiElsewhereIsIgnored() {
    bench.run(0, SIPI);
    bench.run(1, HLT);

    assertThat(bench.run(0, SIPI)).containsExactly(completed(0, 3));
    assertThat(bench.run(0, send(FakeChipset.STARTUP, 0, 8))).containsExactly(completed(0, 4));
  }

  @Test
  void initDropsContextsAndBlocks() {
    bench.run(0, SIPI);
    bench.run(1, new Instruction.Sti(), HLT, NOP);
    bench.run(0, send(FakeChipset.FIXED, 1, 0x41));

    assertThat(bench.run(0, INIT, SIPI))
        .containsExactly(new ProcessorReset(1), completed(0, 4), started());
    assertThat(bench.run(1, new Instruction.Pushf()))
        .containsExactly(completed(1, 5, Rflags.FIXED));
  }

  @Test
  void bootstrapProcessorStartsAtTheResetVector() {
    assertThat(bench.perform(new Action.SetLocalLine(0, LocalLine.INIT, true)))
        .containsExactly(
            new ProcessorReset(0),
            new ProcessorStarted(0, -1, new StartState(0xF000, 0xFFF0, CR0, Rflags.FIXED)));
    assertThat(bench.values(NOP)).isEmpty();
  }

  @Test
  void ownInitEndsTheBlock() {
    bench.run(0, SIPI);

    assertThat(bench.run(1, INIT, NOP)).containsExactly(new ProcessorReset(1));
  }

  @Test
  void sipiDoesNotEndHltButNmiDoes() {
    bench.run(0, SIPI);
    bench.run(1, new Instruction.Cli(), HLT, NOP);

    assertThat(bench.run(0, SIPI, send(FakeChipset.FIXED, 1, 0x41)))
        .containsExactly(completed(0, 3));
    assertThat(bench.run(0, send(FakeChipset.NMI, 1, 0), NOP))
        .containsExactly(
            new InterruptTaken(1, 2, Kind.NMI, new Place(2, 2), Rflags.FIXED), completed(0, 4));
    assertThat(bench.run(1, new Instruction.Iret()))
        .containsExactly(completed(1, 5), completed(1, 2));
  }

  @Test
  void resetGivesPowerOnState() {
    bench.run(0, SIPI);
    bench.run(0, new Instruction.Sti(), new Instruction.Store(0x1000, 8, 1));

    assertThat(bench.perform(new Action.Reset())).isEmpty();
    assertThat(bench.nanos()).isZero();
    assertThat(bench.values(new Instruction.Pushf(), new Instruction.Load(0x1000, 8)))
        .containsExactly(Rflags.FIXED, 0);
    assertThat(bench.run(1, NOP)).isEmpty();
  }

  private static ProcessorStarted started() {
    return new ProcessorStarted(1, 0x9A, new StartState(0x9A00, 0, CR0, Rflags.FIXED));
  }
}
