package io.apictck.suites.init;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Startup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Start-up IPIs (Intel SDM Vol. 3A, "MP Initialization Protocol Algorithm"). */
@Conformance
@OnMachine(processors = 3)
final class StartupTests {
  private static final int VECTOR = 0x61;
  private static final Duration AFTER_INIT = Duration.ofMillis(10);
  private static final Duration AFTER_STARTUP = Duration.ofNanos(200_000);

  @InEachApicMode
  @Sweep
  @Covers("INIT-002")
  void theVectorSelectsThePage(Machine machine, Cpu cpu, Cases cases) {
    for (Cpu target : machine.applicationProcessors().subList(0, 2)) {
      cases.each(
          machine.description().startVectors(),
          vector -> {
            Startup.init(cpu, target);
            cpu.lapic().send(Startups.startup(target, vector));
            Startups.assertStartsAt(target, vector);
            machine.verifyNothingUnexpected();
          });
      Startups.assertWorks(cpu, target, VECTOR);
    }
  }

  @InEachApicMode
  @Sweep
  @Covers("INIT-002")
  void levelAndTriggerModeDoNotMatter(Machine machine, Cpu cpu, Cases cases) {
    Cpu target = machine.cpu(1);
    int vector = Startups.vector(machine, 1);
    List<InterruptCommand> commands = new ArrayList<>();
    for (Shorthand shorthand : List.of(Shorthand.NONE, Shorthand.ALL_EXCLUDING_SELF)) {
      InterruptCommand command = Startups.startup(target, vector).withShorthand(shorthand);
      commands.add(command);
      commands.add(command.withLevelAssert(false));
      commands.add(command.withTriggerLevel(true));
    }
    cases.each(
        commands,
        command -> {
          Startup.init(cpu, target);
          cpu.lapic().send(command);
          Startups.assertStartsAt(target, vector);
          machine.expectNothing();
        });
  }

  /** No INIT before: after RESET application processors wait already. */
  @Test
  @OnMachine(processors = 3, powerOn = true)
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("INIT-002")
  void startsAProcessorAfterReset(Machine machine, Cpu cpu) {
    for (Cpu target : machine.applicationProcessors()) {
      int vector = Startups.vector(machine, 1);
      cpu.lapic().send(Startups.startup(target, vector));
      Startups.assertStartsAt(target, vector);
      machine.expectNothing();
    }
  }

  @InEachApicMode
  @Covers("INIT-003")
  void aSecondOneIsIgnored(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    int first = Startups.vector(machine, 0);
    int second = Startups.vector(machine, 1);
    for (int vector : new int[] {first, second}) {
      Startup.init(cpu, target);
      machine.elapse(AFTER_INIT);
      cpu.lapic().send(Startups.startup(target, first));
      Startups.assertStartsAt(target, first);
      // what the new program does must not be lost
      target.lapic().setTpr(0x30);
      machine.elapse(AFTER_STARTUP);
      cpu.lapic().send(Startups.startup(target, vector));
      machine.expectNothing();
      assertThat(target.lapic()).hasTpr(0x30);
    }
  }

  @InEachApicMode
  @Covers("INIT-003")
  void twoBackToBackStartOnce(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    int first = Startups.vector(machine, 0);
    Startup.init(cpu, target);
    machine.elapse(AFTER_INIT);
    List<Instruction> block = new ArrayList<>(cpu.lapic().sending(Startups.startup(target, first)));
    block.addAll(cpu.lapic().sending(Startups.startup(target, Startups.vector(machine, 1))));
    cpu.run(block);
    Startups.assertStartsAt(target, first);
    machine.expectNothing();
    // nor does the second one wait for the next INIT
    Startup.init(cpu, target);
    machine.expectNothing();
    assertThat(target.waitsForSipi()).as("waits for a start-up IPI").isTrue();
    cpu.lapic().send(Startups.startup(target, Startups.vector(machine, 1)));
    Startups.assertStartsAt(target, Startups.vector(machine, 1));
  }

  @InEachApicMode
  @Covers("INIT-004")
  void leavesRunningHaltedAndServingProcessorsAlone(Machine machine, Cpu cpu) {
    Cpu halted = machine.cpu(1);
    Cpu serving = machine.cpu(2);
    serving.sti();
    cpu.lapic().sendIpi(serving, VECTOR);
    serving.takeInterrupt(VECTOR);
    halted.lapic().setTpr(0x20);
    List<LapicState> before =
        machine.cpus().stream().map(each -> LapicState.of(each.lapic())).toList();
    BlockRun run =
        halted.start(new Instruction.Cli(), new Instruction.Hlt(), new Instruction.Nop());
    int vector = Startups.vector(machine, 1);
    for (InterruptCommand command :
        List.of(
            Startups.startup(halted, vector),
            Startups.startup(serving, vector),
            InterruptCommand.of(DeliveryMode.STARTUP, vector)
                .withShorthand(Shorthand.ALL_EXCLUDING_SELF))) {
      cpu.lapic().send(command);
      machine.expectNothing();
      assertThat(run.running()).as("%s is halted", halted).isTrue();
      assertThat(serving.depth()).as("handlers that %s is in", serving).isEqualTo(1);
    }
    cpu.lapic().send(InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(halted.apicId()));
    assertThat(halted.takeNmi()).interruptedAt(run, 2);
    halted.iret();
    assertThat(run.completed()).as("the halted block goes on").isTrue();
    assertThat(machine.cpus().stream().map(each -> LapicState.of(each.lapic())).toList())
        .as("states of the local APICs")
        .isEqualTo(before);
    serving.finishInterrupt();
  }

  @InEachApicMode
  @Covers("INIT-004")
  void leavesTheBootstrapProcessorAlone(Machine machine, Cpu cpu) {
    Cpu sender = machine.cpu(1);
    cpu.lapic().setTpr(0x20);
    LapicState before = LapicState.of(cpu.lapic());
    sender.lapic().send(Startups.startup(cpu, Startups.vector(machine, 1)));
    machine.expectNothing();
    assertThat(LapicState.of(cpu.lapic())).as("state of the bootstrap processor").isEqualTo(before);
  }

  @InEachApicMode
  @Covers("INIT-004")
  void isNotKeptForTheNextInit(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    cpu.lapic().send(Startups.startup(target, Startups.vector(machine, 0)));
    machine.expectNothing();
    Startup.init(cpu, target);
    machine.expectNothing();
    assertThat(target.waitsForSipi()).as("waits for a start-up IPI").isTrue();
    cpu.lapic().send(Startups.startup(target, Startups.vector(machine, 1)));
    Startups.assertStartsAt(target, Startups.vector(machine, 1));
  }

  @InEachApicMode
  @Records
  @Covers("INIT-010")
  void onceRightAfterInitMayBeLost(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    int vector = Startups.vector(machine, 1);
    List<Instruction> block = new ArrayList<>(cpu.lapic().sending(Startups.init(target)));
    block.addAll(cpu.lapic().sending(Startups.startup(target, vector)));
    cpu.run(block);
    target.expectInit();
    boolean started = machine.settle(() -> !target.waitsForSipi());
    machine.observe(
        "a start-up IPI right after INIT", started ? "starts the processor" : "is lost");
    if (!started) {
      cpu.lapic().send(Startups.startup(target, vector));
    }
    Startups.assertStartsAt(target, vector);
    Startups.assertWorks(cpu, target, VECTOR);
  }

  @InEachApicMode
  @Sweep
  @Covers("INIT-010")
  void theRecommendedSequenceAlwaysStarts(Machine machine, Cpu cpu, Cases cases) {
    for (Cpu target : machine.applicationProcessors().subList(0, 2)) {
      cases.each(
          machine.description().startVectors(),
          vector -> {
            Startup.init(cpu, target);
            machine.elapse(AFTER_INIT);
            cpu.lapic().send(Startups.startup(target, vector));
            machine.elapse(AFTER_STARTUP);
            cpu.lapic().send(Startups.startup(target, vector));
            Startups.assertStartsAt(target, vector);
            machine.expectNothing();
            Startups.assertWorks(cpu, target, VECTOR);
          });
    }
  }
}
