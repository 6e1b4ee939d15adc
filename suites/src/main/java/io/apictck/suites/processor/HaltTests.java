package io.apictck.suites.processor;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
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
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import java.util.ArrayList;
import java.util.List;

/** What ends HLT (Intel SDM Vol. 2A, "HLT"). */
@Conformance
@OnMachine(processors = 2)
final class HaltTests {
  private static final int VECTOR = 0x60;
  private static final int PHASES = 200;

  @InEachApicMode
  @Covers("CPU-HLT-001")
  void enabledInterruptEndsIt(Machine machine, Cpu cpu) {
    cpu.sti();
    // long enough that it halts before, also in real time
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 10_000_000);
    BlockRun run = cpu.start(new Instruction.Hlt(), new Instruction.Nop());
    assertThat(run.running()).as("halted").isTrue();
    assertThat(cpu.takeInterrupt(VECTOR)).interruptedAt(run, 1);
    cpu.finishInterrupt();
    assertThat(run.completed()).isTrue();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("CPU-HLT-002")
  void withClearIfOnlyNmiEndsIt(Machine machine, Cpu cpu) {
    Cpu halted = machine.cpu(1);
    BlockRun run =
        halted.start(new Instruction.Cli(), new Instruction.Hlt(), new Instruction.Nop());
    cpu.lapic().sendIpi(halted, VECTOR);
    machine.expectNothing();
    assertThat(run.running()).as("still halted").isTrue();
    Nmis.send(cpu, halted);
    assertThat(halted.takeNmi()).interruptedAt(run, 2);
    halted.iret();
    assertThat(run.completed()).isTrue();
    assertThat(halted.lapic()).requests(VECTOR).isServicingNothing();
    halted.sti();
    halted.serve(VECTOR);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.INIT_IN_HALT)
  @Covers("CPU-HLT-003")
  void initEndsItAndStartUpAloneDoesNot(Machine machine, Cpu cpu) {
    Cpu halted = machine.cpu(1);
    int page = machine.description().startVectors().getFirst();
    InterruptCommand startUp =
        InterruptCommand.of(DeliveryMode.STARTUP, page).withDestination(halted.apicId());
    BlockRun run = halted.start(new Instruction.Cli(), new Instruction.Hlt());
    cpu.lapic().send(startUp);
    machine.expectNothing();
    assertThat(run.running()).as("still halted").isTrue();
    cpu.lapic().send(InterruptCommand.of(DeliveryMode.INIT, 0).withDestination(halted.apicId()));
    halted.expectInit();
    assertThat(run.dropped()).as("the halted block is gone").isTrue();
    cpu.lapic().send(startUp);
    assertThat(halted.expectStart().sipiVector()).isEqualTo(page);
  }

  @InEachApicMode
  @Covers("CPU-HLT-004")
  void vectorBlockedByPriorityDoesNotEndIt(Machine machine, Cpu cpu) {
    Cpu halted = machine.cpu(1);
    halted.lapic().setTpr(0x80);
    BlockRun run =
        halted.start(new Instruction.Sti(), new Instruction.Hlt(), new Instruction.Nop());
    cpu.lapic().sendIpi(halted, VECTOR);
    machine.expectNothing();
    assertThat(run.running()).as("still halted").isTrue();
    cpu.lapic().sendIpi(halted, 0x90);
    assertThat(halted.takeInterrupt(0x90)).interruptedAt(run, 2);
    halted.finishInterrupt();
    assertThat(run.completed()).isTrue();
    machine.expectNothing();
    halted.lapic().setTpr(0);
    halted.serve(VECTOR);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.SMI)
  @Covers("CPU-HLT-006")
  void systemManagementGoesBackIntoIt(Machine machine, Cpu cpu) {
    Cpu halted = machine.cpu(1);
    BlockRun run =
        halted.start(new Instruction.Cli(), new Instruction.Hlt(), new Instruction.Nop());
    halted.pulse(LocalLine.SMI);
    halted.takeSmi();
    halted.iret();
    machine.expectNothing();
    assertThat(run.running()).as("halted again").isTrue();
    Nmis.send(cpu, halted);
    assertThat(halted.takeNmi()).interruptedAt(run, 2);
    halted.iret();
    assertThat(run.completed()).isTrue();
  }

  @InEachApicMode
  @Sweep
  @Covers("CPU-HLT-005")
  void noWakeUpIsLost(Machine machine, Cpu cpu, Cases cases) {
    Counter taken = cpu.countInterrupts(VECTOR);
    cpu.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, LvtEntry.fixed(VECTOR));
    cases.range(
        0,
        PHASES,
        delay -> {
          // IF=0 until STI: wherever the timer fires, the interrupt comes out of HLT
          List<Instruction> block = new ArrayList<>();
          block.add(new Instruction.Cli());
          block.add(cpu.lapic().writing(LapicRegister.INITIAL_COUNT, 4));
          for (int i = 0; i < delay; i++) {
            block.add(new Instruction.Nop());
          }
          block.add(new Instruction.Sti());
          block.add(new Instruction.Hlt());
          block.add(new Instruction.Nop());
          taken.clear();
          BlockRun run = cpu.start(block);
          run.values();
          assertThat(taken).hasCount(1);
          assertThat(taken.frames().getFirst()).interruptedAt(run, block.size() - 1);
        });
    machine.expectNothing();
  }
}
