package io.apictck.target.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.arch.Exceptions;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The SPI on a machine whose processors the test plays. */
final class AgentPlatformTest {
  private static final int VECTOR = 0x61;
  private static final long IDLE = AgentLayout.AGENT_BASE + 0x200;
  private static final long SECOND = 1_000_000_000L;
  private static final List<Instruction> READS = List.of(new Instruction.In(0x20, 1));
  private static final Action LINE = new Action.SetLine(4, true);

  private static final byte[] AGENT = Arrays.copyOf(new byte[] {1, 2, 3}, 0x100);

  private final FakeMachine machine = new FakeMachine();
  private final FakeGuest guest = machine.guests.getFirst();
  private final FakeGuest other = machine.guests.getLast();

  // ---- the beginning ----

  @Test
  void loadsTheAgent() {
    machine.memory.write64(AgentLayout.CODE, 1);
    open();
    assertThat(machine.memory.read(AgentLayout.AGENT_BASE, 3)).containsExactly(1, 2, 3);
    assertThat(machine.memory.read64(AgentLayout.HEADER + AgentLayout.HEADER_COUNT)).isEqualTo(2);
    assertThat(machine.memory.read64(AgentLayout.HEADER + AgentLayout.HEADER_APIC_IDS))
        .isEqualTo(0x1234_0000_0000L);
    assertThat(machine.memory.read64(AgentLayout.HEADER + AgentLayout.HEADER_IDLE)).isZero();
    assertThat(machine.memory.read64(AgentLayout.CODE)).isZero();
  }

  @Test
  void tellsTheAgentToYield() {
    machine.yields = true;
    open();
    assertThat(machine.memory.read64(AgentLayout.HEADER + AgentLayout.HEADER_IDLE)).isEqualTo(1);
  }

  @Test
  void waitsForTheAgentToStart() {
    machine.starts = false;
    machine.then(() -> {});
    machine.then(() -> machine.starts = true);
    open();
    assertThat(machine.starts).isTrue();
  }

  @Test
  void givesUpAnAgentThatDoesNotStart() {
    machine.starts = false;
    assertThatThrownBy(() -> new AgentPlatform(machine, image(), 5_000_000, SECOND))
        .isInstanceOf(PlatformTimeoutException.class)
        .hasMessage("fake: the guest agent did not start within 5 ms");
  }

  // ---- blocks ----

  @Test
  void waitsForTheEndOfABlock() {
    AgentPlatform platform = open();
    machine.then(() -> {});
    machine.then(() -> guest.ends(guest.takes(), 0x55));
    assertThat(execute(platform, 0, 1, READS))
        .containsExactly(new Event.Completed(0, 1, new long[] {0x55}));
  }

  @Test
  void waitsForOneMoreTurnOfAll() {
    // an event may have come between the look at the records and the question whether all settled
    AgentPlatform platform = open();
    machine.alwaysSettled = true;
    machine.then(() -> guest.ends(guest.takes(), 0x55));
    machine.then(() -> {});
    machine.then(() -> guest.isInterrupted(VECTOR, IDLE));
    assertThat(execute(platform, 0, 1, READS)).hasSize(2);
  }

  @Test
  void waitsForOneMoreTurnAfterAStimulusToo() {
    AgentPlatform platform = open();
    machine.alwaysSettled = true;
    machine.then(() -> {});
    machine.then(() -> guest.isInterrupted(VECTOR, IDLE));
    assertThat(platform.perform(LINE).events()).containsExactly(interrupted(0));
  }

  @Test
  void oneTurnIsEnoughWhereProcessorsYield() {
    machine.yields = true;
    AgentPlatform platform = open();
    machine.alwaysSettled = true;
    machine.then(() -> {});
    machine.then(() -> guest.isInterrupted(VECTOR, IDLE));
    assertThat(platform.perform(LINE).events()).isEmpty();
  }

  @Test
  void doesNotWaitForAHaltedProcessor() {
    AgentPlatform platform = open();
    List<Instruction> block = List.of(new Instruction.Hlt());
    machine.then(() -> {
      guest.takes();
      guest.halts(true);
    });
    assertThat(execute(platform, 0, 1, block)).isEmpty();
  }

  @Test
  void waitsUntilTheContextOfAFaultIsLeft() {
    AgentPlatform platform = open();
    List<Instruction> block = List.of(new Instruction.Rdmsr(0x123));
    machine.then(() -> guest.fails(Exceptions.GP, 0, FakeGuest.body(block, guest.takes(), 0)));
    machine.then(() -> guest.ends(guest.takes()));
    assertThat(execute(platform, 0, 1, block))
        .containsExactly(new Event.Faulted(0, 1, 0, Exceptions.GP, 0));
    assertThat(guest.hasCommand()).isFalse();
  }

  @Test
  void finishesABlockThatWasInterruptedAtItsEnd() {
    AgentPlatform platform = open();
    machine.then(() -> guest.isInterrupted(VECTOR, FakeGuest.behind(READS, guest.takes())));
    machine.then(() -> guest.ends(guest.takes()));
    assertThat(execute(platform, 0, 1, READS))
        .containsExactly(new Event.Completed(0, 1, new long[] {0}), interrupted(0));
  }

  @Test
  void givesUpAProcessorThatDoesNotAnswer() {
    AgentPlatform platform = new AgentPlatform(machine, image(), SECOND, 5_000_000);
    assertThatThrownBy(() -> execute(platform, 0, 1, READS))
        .isInstanceOf(PlatformTimeoutException.class)
        .hasMessage("fake: a processor did not answer within 5 ms");
  }

  // ---- more than one processor ----

  @Test
  void tellsWhatHappensToTheOthers() {
    AgentPlatform platform = open();
    starts(platform);
    machine.then(() -> {
      guest.ends(guest.takes(), 1);
      other.isInterrupted(VECTOR, IDLE);
    });
    assertThat(execute(platform, 0, 1, READS))
        .containsExactly(new Event.Completed(0, 1, new long[] {1}), interrupted(1));
    machine.then(() -> other.ends(other.takes(), 2));
    assertThat(execute(platform, 1, 2, READS))
        .containsExactly(new Event.Completed(1, 2, new long[] {2}));
  }

  @Test
  void tellsInitOnceWhereTheMachineSeesIt() {
    AgentPlatform platform = open();
    starts(platform);
    machine.then(() -> machine.conditions[1] = AgentMachine.Condition.WAIT_FOR_SIPI);
    assertThat(platform.perform(LINE).events()).containsExactly(new Event.ProcessorReset(1));
    assertThat(platform.perform(LINE).events()).isEmpty();
    assertThatThrownBy(() -> execute(platform, 1, 1, READS))
        .isInstanceOf(PlatformException.class)
        .hasMessage("processor 1 waits for a start-up IPI");
    starts(platform);
  }

  @Test
  void tellsThatAProcessorShutDown() {
    AgentPlatform platform = open();
    machine.then(() -> machine.conditions[0] = AgentMachine.Condition.SHUT_DOWN);
    assertThatThrownBy(() -> execute(platform, 0, 1, READS))
        .isInstanceOf(PlatformException.class)
        .hasMessage("processor 0 shut down (triple fault)");
  }

  // ---- other actions ----

  @Test
  void passesStimuliOn() {
    AgentPlatform platform = open();
    machine.then(() -> guest.isInterrupted(VECTOR, IDLE));
    assertThat(platform.perform(LINE).events()).containsExactly(interrupted(0));
    assertThat(machine.stimuli).containsExactly(LINE);
  }

  @Test
  void choosesGates() {
    AgentPlatform platform = open();
    long traps = AgentLayout.HEADER + AgentLayout.HEADER_TRAPS;
    platform.perform(new Action.SetGate(0x61, true));
    platform.perform(new Action.SetGate(0x62, true));
    platform.perform(new Action.SetGate(0x61, false));
    assertThat(machine.memory.read(traps + 0x60, 4)).containsExactly(0, 0, 1, 0);
  }

  @Test
  void elapseEndsWithAnEvent() {
    AgentPlatform platform = open();
    machine.then(() -> {});
    machine.then(() -> guest.isInterrupted(VECTOR, IDLE));
    assertThat(platform.perform(new Action.Elapse(60 * SECOND)).events())
        .containsExactly(interrupted(0));
  }

  @Test
  void elapseTellsAllThatCameWithIt() {
    AgentPlatform platform = open();
    machine.then(() -> guest.isInterrupted(VECTOR, IDLE));
    machine.then(() -> guest.isInterrupted(VECTOR, IDLE));
    assertThat(platform.perform(new Action.Elapse(60 * SECOND)).events())
        .containsExactly(interrupted(0), interrupted(0));
  }

  @Test
  void elapseEndsWithTheTime() {
    AgentPlatform platform = open();
    long before = platform.perform(new Action.Elapse(0)).nanos();
    var outcome = platform.perform(new Action.Elapse(5_000_000));
    assertThat(outcome.events()).isEmpty();
    assertThat(outcome.nanos() - before).isGreaterThanOrEqualTo(5_000_000);
  }

  @Test
  void resetForgetsEverything() {
    AgentPlatform platform = open();
    starts(platform);
    guest.isInterrupted(VECTOR, IDLE);
    platform.perform(new Action.SetGate(0x61, true));
    assertThat(platform.perform(new Action.Reset()).events()).isEmpty();
    assertThat(machine.memory.read(AgentLayout.AGENT_BASE, 3)).containsExactly(1, 2, 3);
    assertThat(machine.memory.read(AgentLayout.HEADER + AgentLayout.HEADER_TRAPS + 0x61, 1))
        .containsExactly(0);
    assertThatThrownBy(() -> execute(platform, 1, 1, READS))
        .isInstanceOf(PlatformException.class)
        .hasMessage("processor 1 waits for a start-up IPI");
    machine.then(() -> guest.ends(guest.takes(), 3));
    assertThat(execute(platform, 0, 1, READS))
        .containsExactly(new Event.Completed(0, 1, new long[] {3}));
  }

  @Test
  void closesTheMachine() {
    open().close();
    assertThat(machine.closed).isTrue();
  }

  // ---- help ----

  private static AgentImage image() {
    return new AgentImage(new byte[0], AGENT);
  }

  private AgentPlatform open() {
    return new AgentPlatform(machine, image(), SECOND, 10 * SECOND);
  }

  private static List<Event> execute(
      AgentPlatform platform, int cpu, long number, List<Instruction> block) {
    return platform.perform(new Action.Execute(cpu, number, block)).events();
  }

  /** Processor 1 gets a start-up IPI. */
  private void starts(AgentPlatform platform) {
    machine.then(() -> {
      machine.conditions[1] = AgentMachine.Condition.ACTIVE;
      other.tells(AgentLayout.STARTED + 0x08, 0x10, 0x0800, 2);
    });
    assertThat(platform.perform(LINE).events())
        .containsExactly(
            new Event.ProcessorStarted(1, 0x08, new Event.StartState(0x0800, 0, 0x10, 2)));
    machine.stimuli.clear();
  }

  private static Event interrupted(int cpu) {
    return new Event.InterruptTaken(cpu, VECTOR, Event.Kind.EXTERNAL, Place.IDLE, FakeGuest.RFLAGS);
  }
}
