package io.apictck.target.agent;

import static io.apictck.target.agent.FakeGuest.RFLAGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.arch.Exceptions;
import io.apictck.platform.Event;
import io.apictck.platform.Event.Kind;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import io.apictck.platform.PlatformException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the harness makes of what a processor leaves in memory. */
final class AgentCpuTest {
  private static final int VECTOR = 0x61;
  private static final long IDLE = AgentLayout.AGENT_BASE + 0x200;
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction IN = new Instruction.In(0x20, 1);
  private static final List<Instruction> TWO = List.of(NOP, NOP);
  private static final List<Instruction> READS = List.of(NOP, IN);
  private static final List<Instruction> IRET = List.of(new Instruction.Iret());

  private final ByteMemory memory = new ByteMemory();
  private final AgentCpu cpu = FakeGuest.cpu(0, memory);
  private final FakeGuest guest = new FakeGuest(memory, 0);

  // ---- blocks ----

  @Test
  void tellsOnceThatABlockIsDone() {
    cpu.start(7, List.of(IN, IN));
    long code = guest.takes();
    assertThat(cpu.busy()).isTrue();
    assertThat(events()).isEmpty();
    guest.ends(code, 0x11, 0x22);
    assertThat(events()).containsExactly(completed(7, 0x11, 0x22));
    assertThat(cpu.busy()).isFalse();
    assertThat(events()).isEmpty();
  }

  @Test
  void writesTheCodeOfABlock() {
    memory.write64(AgentLayout.CODE, -1);
    memory.write64(AgentLayout.CODE + 8, -1);
    cpu.start(7, READS);
    long code = guest.takes();
    byte[] expected =
        BlockCode.assemble(FakeGuest.side(0), READS, code, FakeGuest.flag(code, 1)).bytes();
    assertThat(memory.read(code, expected.length)).isEqualTo(expected);
    assertThat(memory.read64(FakeGuest.flag(code, 1))).as("flag").isZero();
    assertThat(guest.wordsOfCode() * 8).isBetween((long) expected.length, expected.length + 7L);
  }

  @Test
  void runsMoreBlocksThanItsMemoryHolds() {
    for (int i = 1; i <= 2000; i++) {
      cpu.start(i, READS);
      guest.ends(guest.takes(), i);
      assertThat(events()).containsExactly(completed(i, i));
    }
  }

  // ---- user interrupts ----

  private static final long FRAME = 0x60_F000;

  private void takesUserInterrupt(int vector, long rip) {
    guest.tells(AgentLayout.USER_TAKEN + vector, FRAME, rip, RFLAGS);
  }

  @Test
  void tellsAUserInterruptAndGoesBackToTheBlock() {
    cpu.start(1, TWO);
    long code = guest.takes();
    takesUserInterrupt(7, FakeGuest.body(TWO, code, 1));
    assertThat(events())
        .containsExactly(new Event.UserInterruptTaken(0, 7, new Place(1, 1), RFLAGS, FRAME));
    cpu.start(2, List.of(new Instruction.Uiret()));
    guest.ends(guest.takes());
    assertThat(events()).containsExactly(completed(2));
    guest.ends(code);
    assertThat(events()).containsExactly(completed(1));
  }

  @Test
  void tellsAUserInterruptOfTheIdleLoop() {
    takesUserInterrupt(63, IDLE);
    assertThat(events())
        .containsExactly(new Event.UserInterruptTaken(0, 63, Place.IDLE, RFLAGS, FRAME));
  }

  // ---- faults ----

  @Test
  void tellsAFaultAndDropsItsContext() {
    List<Instruction> block = List.of(NOP, new Instruction.Wrmsr(0x123, 4), NOP);
    cpu.start(1, block);
    guest.fails(Exceptions.GP, 0, FakeGuest.body(block, guest.takes(), 1));
    assertThat(events()).containsExactly(new Event.Faulted(0, 1, 1, Exceptions.GP, 0));

    assertThat(cpu.busy()).as("has to leave the context of the exception").isTrue();
    long code = guest.takes();
    byte[] drop =
        new Code().takeCommand().dropContext(FakeGuest.CONTEXT, FakeGuest.flag(code, 0)).bytes();
    assertThat(memory.read(code, drop.length)).isEqualTo(drop);
    guest.ends(code);
    assertThat(events()).isEmpty();
    assertThat(cpu.busy()).isFalse();

    completes(2);
  }

  @Test
  void tellsTheErrorCodeOfAFault() {
    List<Instruction> block = List.of(new Instruction.IretToBadSelector());
    cpu.start(1, block);
    guest.fails(Exceptions.GP, 0xFFF8, FakeGuest.body(block, guest.takes(), 0));
    assertThat(events()).containsExactly(new Event.Faulted(0, 1, 0, Exceptions.GP, 0xFFF8));
  }

  @Test
  void tellsAFaultWithoutErrorCode() {
    List<Instruction> block = List.of(new Instruction.Ud2());
    cpu.start(1, block);
    guest.isInterrupted(Exceptions.UD, FakeGuest.body(block, guest.takes(), 0));
    assertThat(events()).containsExactly(new Event.Faulted(0, 1, 0, Exceptions.UD, 0));
  }

  @Test
  void anInterruptWithTheVectorOfAnExceptionIsNoFault() {
    // an APIC may deliver vectors below 32; the processor pushes no error code then
    cpu.start(1, TWO);
    guest.isInterrupted(Exceptions.GP, FakeGuest.body(TWO, guest.takes(), 1));
    guest.isInterrupted(Exceptions.PF, IDLE);
    assertThat(events())
        .containsExactly(
            taken(Exceptions.GP, Kind.EXTERNAL, new Place(1, 1)),
            taken(Exceptions.PF, Kind.EXTERNAL, Place.IDLE));
  }

  @Test
  void looksAtNothingElseBeforeTheContextIsLeft() {
    cpu.start(1, TWO);
    guest.fails(Exceptions.GP, 0, FakeGuest.body(TWO, guest.takes(), 0));
    assertThat(events()).hasSize(1);
    long code = guest.takes();
    guest.isInterrupted(VECTOR, IDLE);
    assertThat(events()).isEmpty();
    guest.ends(code);
    assertThat(events()).containsExactly(taken(VECTOR, Kind.EXTERNAL, Place.IDLE));
  }

  @Test
  void aFaultAroundAnInstructionIsNotTheTests() {
    cpu.start(4, READS);
    guest.fails(Exceptions.PF, 2, FakeGuest.behind(READS, guest.takes()));
    assertThatThrownBy(this::events)
        .isInstanceOf(PlatformException.class)
        .hasMessage("exception 14, error code 2, around instruction 2 of block 4 on processor 0");
  }

  @Test
  void aFaultOfTheAgentIsNotTheTests() {
    guest.fails(Exceptions.PF, 2, 0x12_3456);
    assertThatThrownBy(this::events)
        .isInstanceOf(PlatformException.class)
        .hasMessage("exception 14, error code 2, at 123456 in the guest agent of processor 0");
  }

  // ---- interrupts ----

  @Test
  void tellsAnInterruptBetweenBlocks() {
    guest.isInterrupted(VECTOR, IDLE);
    assertThat(events()).containsExactly(taken(VECTOR, Kind.EXTERNAL, Place.IDLE));
    assertThat(cpu.busy()).isFalse();
  }

  @Test
  void tellsAnNmi() {
    guest.tells(Exceptions.NMI, FakeGuest.NO_ERROR_CODE, IDLE, 0x46);
    assertThat(events())
        .containsExactly(new Event.InterruptTaken(0, Exceptions.NMI, Kind.NMI, Place.IDLE, 0x46));
  }

  @Test
  void suspendsABlockUntilIret() {
    cpu.start(1, TWO);
    long code = guest.takes();
    guest.isInterrupted(VECTOR, FakeGuest.body(TWO, code, 1));
    assertThat(events()).containsExactly(taken(VECTOR, Kind.EXTERNAL, new Place(1, 1)));
    assertThat(cpu.busy()).as("a suspended block waits for the handler").isFalse();

    completes(2);
    cpu.start(3, IRET);
    guest.ends(guest.takes());
    assertThat(events()).containsExactly(completed(3));
    assertThat(cpu.busy()).as("the interrupted block goes on").isTrue();
    guest.ends(code);
    assertThat(events()).containsExactly(completed(1));
    assertThat(cpu.busy()).isFalse();
  }

  @Test
  void tellsAnInterruptBeforeABlock() {
    // the agent tells the command as what was interrupted if one was just ordered
    cpu.start(1, TWO);
    guest.isInterrupted(VECTOR, guest.takes());
    assertThat(events()).containsExactly(taken(VECTOR, Kind.EXTERNAL, new Place(1, 0)));
  }

  @Test
  void tellsSeveralEventsInTheirOrder() {
    cpu.start(1, List.of(IN));
    long first = guest.takes();
    guest.ends(first, 5);
    guest.isInterrupted(VECTOR, IDLE);
    guest.isInterrupted(VECTOR + 0x10, IDLE);
    assertThat(events())
        .containsExactly(
            completed(1, 5),
            taken(VECTOR, Kind.EXTERNAL, Place.IDLE),
            taken(VECTOR + 0x10, Kind.EXTERNAL, Place.IDLE));
  }

  @Test
  void tellsABlockThatEndedBehindAnInterruptAfterIt() {
    cpu.start(1, TWO);
    long code = guest.takes();
    guest.isInterrupted(VECTOR, FakeGuest.body(TWO, code, 1));
    events();
    cpu.start(2, IRET);
    guest.ends(guest.takes());
    guest.ends(code);
    guest.isInterrupted(VECTOR, IDLE);
    assertThat(events())
        .as("blocks with the same number of events before their ends: the handler's first")
        .containsExactly(completed(2), completed(1), taken(VECTOR, Kind.EXTERNAL, Place.IDLE));
  }

  @Test
  void nestsHandlers() {
    cpu.start(1, TWO);
    long outer = guest.takes();
    guest.isInterrupted(VECTOR, FakeGuest.body(TWO, outer, 0));
    events();
    cpu.start(2, TWO);
    long inner = guest.takes();
    guest.isInterrupted(Exceptions.NMI, FakeGuest.body(TWO, inner, 1));
    assertThat(events()).containsExactly(taken(Exceptions.NMI, Kind.NMI, new Place(2, 1)));

    cpu.start(3, IRET);
    guest.ends(guest.takes());
    guest.ends(inner);
    assertThat(events()).containsExactly(completed(3), completed(2));
    assertThat(cpu.busy()).as("block 1 is still suspended").isFalse();
    cpu.start(4, IRET);
    guest.ends(guest.takes());
    assertThat(events()).containsExactly(completed(4));
    assertThat(cpu.busy()).isTrue();
    guest.ends(outer);
    assertThat(events()).containsExactly(completed(1));
  }

  // ---- at the end of a block ----

  @Test
  void finishesABlockThatWasInterruptedAtItsEnd() {
    cpu.start(1, READS);
    long block = guest.takes();
    long rip = FakeGuest.behind(READS, block) + 3;
    guest.isInterrupted(VECTOR, rip);
    List<Event> events = new ArrayList<>(); // of one action, which does not end before
    cpu.collect(events);
    assertThat(events).as("its results are not stored").isEmpty();
    assertThat(cpu.busy()).isTrue();

    long code = guest.takes();
    long flag = FakeGuest.flag(code, 0);
    byte[] rest =
        BlockCode.assemble(FakeGuest.side(0), READS, block, FakeGuest.flag(block, 1))
            .restOfStore(rip);
    byte[] finish =
        new Code()
            .takeCommand()
            .finishInterrupted(FakeGuest.CONTEXT, rest, false)
            .loadStack()
            .done(flag)
            .idle()
            .bytes();
    assertThat(memory.read(code, finish.length)).isEqualTo(finish);
    memory.write64(FakeGuest.flag(block, 1) + 8, 0x77);
    guest.ends(code);
    cpu.collect(events);
    assertThat(events)
        .containsExactly(completed(1, 0x77), taken(VECTOR, Kind.EXTERNAL, Place.IDLE));

    assertThat(cpu.busy()).isFalse();
    cpu.start(2, IRET);
    guest.ends(guest.takes());
    assertThat(events()).containsExactly(completed(2));
    assertThat(cpu.busy()).isFalse();
  }

  @Test
  void aHaltedBlockIsInterruptedBehindItsEnd() {
    List<Instruction> block = List.of(new Instruction.Sti(), new Instruction.Hlt());
    cpu.start(1, block);
    long code = guest.takes();
    assertThat(cpu.busy()).isTrue();
    guest.halts(true);
    assertThat(cpu.busy()).as("it waits for an interrupt").isFalse();
    guest.halts(false);
    guest.isInterrupted(VECTOR, FakeGuest.behind(block, code));
    assertThat(events()).containsExactly(taken(VECTOR, Kind.EXTERNAL, new Place(1, 2)));
    cpu.start(2, IRET);
    guest.ends(guest.takes());
    guest.ends(code);
    assertThat(events()).containsExactly(completed(2), completed(1));
  }

  // ---- software ----

  @Test
  void tellsIntFromAnInterruptWithTheSameVector() {
    List<Instruction> block = List.of(NOP, new Instruction.Int(VECTOR), NOP);
    cpu.start(1, block);
    long code = guest.takes();
    guest.isInterrupted(VECTOR, FakeGuest.body(block, code, 1));
    guest.isInterrupted(VECTOR, FakeGuest.body(block, code, 2));
    guest.isInterrupted(VECTOR, FakeGuest.body(block, code, 2));
    assertThat(events())
        .containsExactly(
            taken(VECTOR, Kind.EXTERNAL, new Place(1, 1)),
            taken(VECTOR, Kind.SOFTWARE, new Place(1, 2)),
            taken(VECTOR, Kind.EXTERNAL, new Place(1, 2)));
  }

  @Test
  void anotherVectorBehindIntIsNotItsOwn() {
    List<Instruction> block = List.of(new Instruction.Int(VECTOR), NOP);
    cpu.start(1, block);
    guest.isInterrupted(VECTOR + 1, FakeGuest.body(block, guest.takes(), 1));
    assertThat(events()).containsExactly(taken(VECTOR + 1, Kind.EXTERNAL, new Place(1, 1)));
  }

  @Test
  void anInterruptWithTheVectorOfInt3IsNoTrap() {
    cpu.start(1, TWO);
    guest.isInterrupted(Exceptions.BP, FakeGuest.body(TWO, guest.takes(), 1));
    assertThat(events()).containsExactly(taken(Exceptions.BP, Kind.EXTERNAL, new Place(1, 1)));
  }

  @Test
  void tellsTraps() {
    List<Instruction> block = List.of(new Instruction.Int3(), NOP);
    cpu.start(1, block);
    long code = guest.takes();
    long behind = FakeGuest.body(block, code, 1);
    guest.isInterrupted(Exceptions.BP, behind);
    guest.isInterrupted(Exceptions.DB, behind);
    assertThat(events())
        .containsExactly(
            new Event.ExceptionTaken(0, Exceptions.BP, 0, new Place(1, 1), RFLAGS),
            new Event.ExceptionTaken(0, Exceptions.DB, 0, new Place(1, 1), RFLAGS));
    cpu.start(2, IRET);
    guest.ends(guest.takes());
    assertThat(events()).containsExactly(completed(2));
    assertThat(cpu.busy()).as("in the handler of INT3").isFalse();
  }

  // ---- INIT and start ----

  @Test
  void startsAProcessorThatWaits() {
    AgentCpu other = FakeGuest.cpu(1, memory);
    assertThat(other.waiting()).isTrue();
    assertThatThrownBy(() -> other.start(1, TWO))
        .isInstanceOf(PlatformException.class)
        .hasMessage("processor 1 waits for a start-up IPI");
    new FakeGuest(memory, 1).tells(AgentLayout.STARTED + 0x09, 0x6000_0010, 0x0900, 2);
    List<Event> events = new ArrayList<>();
    assertThat(other.collect(events)).isTrue();
    assertThat(events)
        .containsExactly(
            new Event.ProcessorStarted(1, 0x09, new Event.StartState(0x0900, 0, 0x6000_0010, 2)));
    assertThat(other.waiting()).isFalse();
  }

  @Test
  void tellsTheResetOfTheBootstrapProcessorByItsStart() {
    cpu.start(1, TWO);
    long code = guest.takes();
    guest.isInterrupted(VECTOR, FakeGuest.body(TWO, code, 1));
    events();
    guest.tells(AgentLayout.RESTARTED, 0x6000_0010, 0xFFF0_F000L, 2);
    assertThat(events())
        .containsExactly(
            new Event.ProcessorReset(0),
            new Event.ProcessorStarted(
                0, -1, new Event.StartState(0xF000, 0xFFF0, 0x6000_0010, 2)));

    // neither the handler nor the block is there any more
    guest.ends(code);
    assertThat(events()).isEmpty();
    completes(2);
    assertThat(cpu.busy()).isFalse();
  }

  @Test
  void dropsAllAtReset() {
    cpu.start(1, TWO);
    guest.fails(Exceptions.GP, 0, FakeGuest.body(TWO, guest.takes(), 0));
    events();
    List<Event> events = new ArrayList<>();
    cpu.wasReset(events);
    assertThat(events).containsExactly(new Event.ProcessorReset(0));
    assertThat(cpu.busy()).isFalse();
    assertThat(cpu.waiting()).isTrue();
  }

  // ---- the ring of records ----

  @Test
  void goesRoundTheRecords() {
    for (int i = 0; i < 3 * AgentLayout.RECORDS + 5; i++) {
      guest.isInterrupted(0x20 + i, IDLE);
      assertThat(events()).containsExactly(taken(0x20 + i, Kind.EXTERNAL, Place.IDLE));
    }
  }

  @Test
  void takesAsManyRecordsAsThereAreAtOnce() {
    guest.isInterrupted(VECTOR, IDLE);
    events();
    for (int i = 0; i < AgentLayout.RECORDS; i++) {
      guest.isInterrupted(0x20 + i, IDLE);
    }
    List<Event> events = events();
    assertThat(events).hasSize(AgentLayout.RECORDS);
    assertThat(events.getLast()).isEqualTo(taken(0x3F, Kind.EXTERNAL, Place.IDLE));
  }

  @Test
  void noticesThatRecordsAreLost() {
    for (int i = 0; i <= AgentLayout.RECORDS; i++) {
      guest.isInterrupted(VECTOR, IDLE);
    }
    assertThatThrownBy(this::events)
        .isInstanceOf(PlatformException.class)
        .hasMessage("processor 0 told 33 events at once");
  }

  // ---- help ----

  /** A block that runs through. */
  private void completes(long number) {
    cpu.start(number, TWO);
    guest.ends(guest.takes());
    assertThat(events()).containsExactly(completed(number));
  }

  private List<Event> events() {
    List<Event> events = new ArrayList<>();
    cpu.collect(events);
    return events;
  }

  private static Event completed(long block, long... values) {
    return new Event.Completed(0, block, values);
  }

  private static Event taken(int vector, Kind kind, Place place) {
    return new Event.InterruptTaken(0, vector, kind, place, RFLAGS);
  }
}
