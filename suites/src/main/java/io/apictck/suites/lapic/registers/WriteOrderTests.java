package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes of registers take effect in program order (Intel SDM Vol. 3A, "The Local APIC Block
 * Diagram").
 */
@Conformance
final class WriteOrderTests {
  private static final int VECTOR = 0x60;
  private static final int NOPS = 4;

  @InEachApicMode
  @Covers("LAPIC-REG-023")
  void anInterruptWaitsForTheWriteThatLowersTpr(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    List<Instruction> block = new ArrayList<>();
    block.add(lapic.writing(LapicRegister.TPR, 0xF0));
    block.addAll(lapic.sending(InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.SELF)));
    for (int i = 0; i < NOPS; i++) {
      block.add(new Instruction.Nop());
    }
    int lowering = block.size();
    block.add(lapic.writing(LapicRegister.TPR, 0));
    block.add(new Instruction.Nop());
    BlockRun run = cpu.start(block);
    InterruptFrame frame = cpu.takeInterrupt(VECTOR);
    assertThat(lapic).hasTpr(0);
    if (frame.interrupted().block() == run.block()) {
      assertThat(frame.interrupted().index())
          .as("instruction that was interrupted")
          .isGreaterThan(lowering);
    }
    cpu.finishInterrupt();
    run.values();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("LAPIC-REG-023")
  void anInterruptIsHeldUntilTprIsLowered(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Counter counter = cpu.countInterrupts(VECTOR);
    cpu.sti();
    lapic.setTpr(0xF0);
    lapic.sendSelfIpi(VECTOR);
    machine.expectNothing();
    assertThat(counter.count()).as("interrupts at TPR=F0h").isZero();
    assertThat(lapic).requests(VECTOR).hasPpr(0xF0);
    lapic.setTpr(0);
    machine.expectNothing();
    assertThat(counter.count()).as("interrupts after TPR=0").isEqualTo(1);
  }
}
