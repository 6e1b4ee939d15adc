package io.apictck.model.processor;

import static io.apictck.model.processor.Bench.completed;
import static io.apictck.model.processor.Bench.selfIpi;
import static io.apictck.model.processor.Bench.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.platform.Event.ExceptionTaken;
import io.apictck.platform.Event.Faulted;
import io.apictck.platform.Event.InterruptTaken;
import io.apictck.platform.Event.Kind;
import io.apictck.platform.Event.ProcessorReset;
import io.apictck.platform.Event.ShutDown;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import org.junit.jupiter.api.Test;

/** NMI blocking, and system-management mode. */
class NmiAndSmiTest {
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction IRET = new Instruction.Iret();
  private static final Instruction NMI = send(FakeChipset.NMI, 0, 0);
  private static final long FLAGS = Rflags.FIXED;

  private final Bench bench = Bench.of(2);

  @Test
  void manyNmisInTheHandlerGiveOneMore() {
    assertThat(bench.run(0, NMI, NOP)).containsExactly(nmi(new Place(1, 1)));
    assertThat(bench.run(0, NMI, NMI, NMI)).containsExactly(completed(0, 2));
    assertThat(bench.run(0, IRET)).containsExactly(completed(0, 3), nmi(new Place(1, 1)));
    assertThat(bench.run(0, IRET)).containsExactly(completed(0, 4), completed(0, 1));
  }

  @Test
  void iretOfNestedTrapUnblocks() {
    bench.run(0, NMI);
    assertThat(bench.run(0, NMI, new Instruction.Int3(), NOP))
        .containsExactly(new ExceptionTaken(0, 3, 0, new Place(2, 2), FLAGS));
    assertThat(bench.run(0, IRET)).containsExactly(completed(0, 3), nmi(new Place(2, 2)));
  }

  @Test
  void faultingIretUnblocksAndStays() {
    bench.run(0, NMI);
    assertThat(bench.run(0, NMI, new Instruction.IretToBadSelector(), NOP))
        .containsExactly(new Faulted(0, 2, 1, 13, 0xFFF8), nmi(Place.IDLE));
    bench.run(0, IRET);
    assertThat(bench.run(0, IRET)).containsExactly(completed(0, 4));
    assertThat(bench.run(0, IRET)).containsExactly(new Faulted(0, 5, 0, 13, 0));
  }

  @Test
  void int2AndVector2DoNotBlock() {
    bench.run(0, new Instruction.Int(2), NOP);
    assertThat(bench.run(0, NMI)).containsExactly(completed(0, 2), nmi(Place.IDLE));
    bench.run(0, IRET);
    bench.run(0, IRET);
    bench.run(0, selfIpi(2), new Instruction.Sti());
    assertThat(bench.run(0, NMI)).containsExactly(completed(0, 6), nmi(Place.IDLE));
  }

  @Test
  void systemManagementHoldsNmiSmiAndInit() {
    bench.start(1);
    Instruction smi = send(FakeChipset.SMI, 1, 0);
    Instruction init = send(FakeChipset.INIT, 1, 0);
    Instruction nmi = send(FakeChipset.NMI, 1, 0);

    assertThat(bench.run(0, smi, smi, nmi))
        .containsExactly(new InterruptTaken(1, 0, Kind.SMI, Place.IDLE, FLAGS), completed(0, 2));
    assertThat(bench.run(1, new Instruction.Rsm()))
        .containsExactly(completed(1, 3), new InterruptTaken(1, 0, Kind.SMI, Place.IDLE, FLAGS));
    bench.run(0, init);
    assertThat(bench.run(1, new Instruction.Rsm()))
        .containsExactly(completed(1, 5), new ProcessorReset(1));
    assertThat(bench.chipset().initialized).containsExactly(1);
  }

  @Test
  void nmiComesBeforeInterrupt() {
    bench.run(0, new Instruction.Sti());
    bench.run(0, NMI);
    bench.run(0, NMI, selfIpi(0x41));
    long flags = Rflags.IF | FLAGS;

    assertThat(bench.run(0, IRET))
        .containsExactly(completed(0, 4), new InterruptTaken(0, 2, Kind.NMI, Place.IDLE, flags));
    assertThat(bench.run(0, IRET))
        .containsExactly(
            completed(0, 5), new InterruptTaken(0, 0x41, Kind.EXTERNAL, Place.IDLE, flags));
  }

  @Test
  void smiComesBeforeInitBeforeNmi() {
    bench.start(1);
    bench.run(0, send(FakeChipset.SMI, 1, 0));
    bench.run(
        0, send(FakeChipset.NMI, 1, 0), send(FakeChipset.INIT, 1, 0), send(FakeChipset.SMI, 1, 0));

    assertThat(bench.run(1, new Instruction.Rsm()))
        .containsExactly(completed(1, 4), new InterruptTaken(1, 0, Kind.SMI, Place.IDLE, FLAGS));
    assertThat(bench.run(1, new Instruction.Rsm()))
        .containsExactly(completed(1, 5), new ProcessorReset(1));
  }

  @Test
  void rsmGoesBackIntoHlt() {
    bench.start(1);
    bench.run(1, new Instruction.Sti(), new Instruction.Hlt(), NOP);
    bench.run(0, send(FakeChipset.SMI, 1, 0));

    assertThat(bench.run(1, new Instruction.Rsm())).containsExactly(completed(1, 4));
    assertThat(bench.run(0, send(FakeChipset.FIXED, 1, 0x41)))
        .containsExactly(
            completed(0, 5),
            new InterruptTaken(1, 0x41, Kind.EXTERNAL, new Place(2, 2), Rflags.IF | FLAGS));
  }

  @Test
  void rsmElsewhereIsInvalid() {
    assertThat(bench.run(0, new Instruction.Rsm())).containsExactly(new Faulted(0, 1, 0, 6, 0));
  }

  @Test
  void handlersWithoutEndShutDown() {
    for (int depth = 1; depth < ContextStack.LIMIT; depth++) {
      bench.run(0, new Instruction.Int(0x60));
    }
    assertThat(bench.run(0, new Instruction.Int(0x60))).containsExactly(new ShutDown(0));
    assertThat(bench.run(0, NOP)).isEmpty();
  }

  private static InterruptTaken nmi(Place place) {
    return new InterruptTaken(0, 2, Kind.NMI, place, FLAGS);
  }
}
