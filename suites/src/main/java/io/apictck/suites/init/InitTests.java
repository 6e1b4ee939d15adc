package io.apictck.suites.init;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.RegisterDump;
import io.apictck.suites.support.Startup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** INIT IPIs (Intel SDM Vol. 3A, "Interrupt Command Register (ICR)": delivery mode INIT). */
@Conformance
@OnMachine(processors = 4)
final class InitTests {
  private static final int VECTOR = 0x61;

  /** Destination mode, level and trigger mode that are not a level de-assert. */
  private static List<InterruptCommand> issuedInits() {
    List<InterruptCommand> list = new ArrayList<>();
    for (boolean logical : new boolean[] {false, true}) {
      for (boolean assertLevel : new boolean[] {false, true}) {
        list.add(
            InterruptCommand.of(DeliveryMode.INIT, 0)
                .withLogical(logical)
                .withLevelAssert(assertLevel));
      }
      list.add(
          InterruptCommand.of(DeliveryMode.INIT, 0).withLogical(logical).withTriggerLevel(true));
    }
    return list;
  }

  private static InterruptCommand deassert() {
    return InterruptCommand.of(DeliveryMode.INIT, 0).withLevelAssert(false).withTriggerLevel(true);
  }

  @InEachApicMode
  @Covers("INIT-001")
  void stopsARunningProcessor(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    Counter ticks = target.countInterrupts(VECTOR);
    target.sti();
    target.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_16, 100_000);
    assertThat(machine.settle(() -> ticks.count() > 2)).as("the timer ticks").isTrue();
    Startup.init(cpu, target);
    assertThat(target.waitsForSipi()).isTrue();
    ticks.clear();
    // more than two periods of the slowest input clock, 25 MHz
    machine.elapse(Duration.ofMillis(150));
    machine.expectNothing();
    assertThat(ticks).as("interrupts in wait-for-SIPI").hasCount(0);
    Startup.start(cpu, target);
    Startups.assertWorks(cpu, target, 0x72);
    machine.elapse(Duration.ofMillis(150));
    machine.expectNothing();
    assertThat(ticks).as("interrupts after the start").hasCount(0);
  }

  @InEachApicMode
  @Covers("INIT-001")
  void nothingBehindItIsExecuted(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    long marker = machine.scratch(0);
    cpu.run(new Instruction.Store(marker, 4, 0));
    // HLT with IF=0: INIT comes before whatever stands behind it
    List<Instruction> block = new ArrayList<>(target.lapic().sending(Startups.init(target)));
    block.add(new Instruction.Hlt());
    block.add(new Instruction.Store(marker, 4, 1));
    BlockRun run = target.start(block);
    target.expectInit();
    assertThat(run.dropped()).as("the block is dropped").isTrue();
    machine.expectNothing();
    Startup.start(cpu, target);
    machine.expectNothing();
    assertThat(cpu.read32(marker)).as("what stands behind INIT").isZero();
    Startups.assertWorks(cpu, target, VECTOR);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.INIT_IN_HALT)
  @Covers("INIT-001")
  void endsHltAndItsBlock(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    for (Instruction flag : List.of(new Instruction.Cli(), new Instruction.Sti())) {
      BlockRun run = target.start(flag, new Instruction.Hlt(), new Instruction.Nop());
      Startup.init(cpu, target);
      assertThat(run.dropped()).as("the halted block is dropped, after %s", flag).isTrue();
      machine.expectNothing();
      Startup.start(cpu, target);
      Startups.assertWorks(cpu, target, VECTOR);
    }
  }

  @InEachApicMode
  @Covers("INIT-001")
  void endsNestedHandlers(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    target.sti();
    cpu.lapic().sendIpi(target, 0x41);
    target.takeInterrupt(0x41);
    target.sti();
    cpu.lapic().sendIpi(target, 0x72);
    target.takeInterrupt(0x72);
    // one more that waits
    cpu.lapic().sendIpi(target, 0x83);
    assertThat(machine.settle(() -> target.lapic().irr().contains(0x83))).isTrue();
    Startup.init(cpu, target);
    Startup.start(cpu, target);
    assertThat(target.depth()).as("handlers that are entered").isZero();
    assertThat(target.lapic()).isIdle();
    Startups.assertWorks(cpu, target, 0x41);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("INIT-001")
  void endsAnNmiHandlerAndItsBlocking(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    InterruptCommand nmi =
        InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(target.apicId());
    cpu.lapic().send(nmi);
    target.takeNmi();
    Startup.restart(cpu, target);
    cpu.lapic().send(nmi);
    target.takeNmi();
    target.iret();
    machine.expectNothing();
  }

  @InEachApicMode
  @Sweep
  @Covers("INIT-001")
  void reachesTheAddressedProcessorOnly(Machine machine, Cpu cpu, Cases cases) {
    List<Cpu> targets = machine.applicationProcessors().subList(0, 3);
    for (Cpu target : targets) {
      List<Cpu> others = machine.cpus().stream().filter(each -> each != target).toList();
      List<LapicState> before = others.stream().map(each -> LapicState.of(each.lapic())).toList();
      cases.each(
          issuedInits(),
          command -> {
            int destination = target.apicId();
            if (command.logical()) {
              destination = ownLogicalId(target);
            }
            cpu.lapic().send(command.withDestination(destination));
            target.expectInit();
            Startup.start(cpu, target);
            target.lapic().setEnabled(true);
            assertThat(target.lapic()).isIdle();
            machine.verifyNothingUnexpected();
          });
      machine.expectNothing();
      assertThat(others.stream().map(each -> LapicState.of(each.lapic())).toList())
          .as("states of the other local APICs")
          .isEqualTo(before);
    }
  }

  /** The logical ID of x2APIC mode, or a bit of the flat model that no other processor has. */
  private static int ownLogicalId(Cpu cpu) {
    if (cpu.lapic().mode() == ApicMode.XAPIC) {
      cpu.lapic().write(LapicRegister.LDR, 0x8000_0000);
      return 0x80;
    }
    return cpu.lapic().read(LapicRegister.LDR);
  }

  @InEachApicMode
  @Sweep
  @Covers("INIT-006")
  void levelDeassertResetsNobody(Machine machine, Cpu cpu, Cases cases) {
    List<Cpu> others = machine.applicationProcessors();
    List<BlockRun> runs = new ArrayList<>();
    for (Cpu other : others) {
      other.lapic().setTpr(0x20);
    }
    List<Map<String, String>> before =
        others.stream().map(each -> RegisterDump.of(each.lapic())).toList();
    for (Cpu other : others) {
      runs.add(other.start(new Instruction.Cli(), new Instruction.Hlt(), new Instruction.Nop()));
    }
    cases.each(
        IntStream.range(0, 16).boxed().toList(),
        bits -> {
          Cpu target = others.get(bits % 2);
          InterruptCommand command =
              deassert()
                  .withVector((bits & 2) == 0 ? 0 : VECTOR)
                  .withShorthand((bits & 4) == 0 ? Shorthand.NONE : Shorthand.ALL_EXCLUDING_SELF)
                  .withDestination(
                      (bits & 8) == 0 ? target.apicId() : InterruptCommand.X2APIC_BROADCAST);
          cpu.lapic().send(command);
          machine.expectNothing();
          assertThat(runs).as("halted blocks").allMatch(BlockRun::running);
        });
    // they go on as if nothing had been
    for (int i = 0; i < others.size(); i++) {
      Cpu other = others.get(i);
      BlockRun run = runs.get(i);
      cpu.lapic().send(InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(other.apicId()));
      assertThat(other.takeNmi()).interruptedAt(run, 2);
      other.iret();
      assertThat(run.completed()).as("the halted block of %s goes on", other).isTrue();
      assertThat(RegisterDump.of(other.lapic()))
          .as("registers of %s", other)
          .isEqualTo(before.get(i));
    }
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.INIT_IN_HALT)
  @Covers("INIT-007")
  void allExcludingSelfResetsEveryOtherProcessor(Machine machine, Cpu cpu) {
    List<Cpu> others = machine.applicationProcessors();
    // one runs, one is halted, one is in a handler and one is software-disabled
    others.get(0).stiHlt();
    others.get(1).sti();
    cpu.lapic().sendIpi(others.get(1), VECTOR);
    others.get(1).takeInterrupt(VECTOR);
    others.get(2).lapic().setEnabled(false);
    // the sender is in a handler as well, and stays there
    cpu.sti();
    cpu.lapic().sendSelfIpi(0x72);
    cpu.takeInterrupt(0x72);
    LapicState before = LapicState.of(cpu.lapic());
    for (InterruptCommand command : issuedInits()) {
      cpu.lapic()
          .send(command.withShorthand(Shorthand.ALL_EXCLUDING_SELF).withDestination(cpu.apicId()));
      others.forEach(Cpu::expectInit);
      machine.expectNothing();
      assertThat(others).as("processors that wait").allMatch(Cpu::waitsForSipi);
      assertThat(LapicState.of(cpu.lapic())).as("state of the sender").isEqualTo(before);
      int vector = Startups.vector(machine, 1);
      cpu.lapic()
          .send(
              InterruptCommand.of(DeliveryMode.STARTUP, vector)
                  .withShorthand(Shorthand.ALL_EXCLUDING_SELF));
      others.forEach(each -> Startups.assertStartsAt(each, vector));
      machine.expectNothing();
    }
    assertThat(cpu.depth()).as("handlers that the sender is in").isEqualTo(1);
    cpu.finishInterrupt();
    others.forEach(each -> Startups.assertWorks(cpu, each, VECTOR));
  }
}
