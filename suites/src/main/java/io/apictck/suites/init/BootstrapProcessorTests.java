package io.apictck.suites.init;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Rflags;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.RegisterDump;
import java.util.List;

/** INIT to the bootstrap processor (Intel SDM Vol. 3A, "BSP and AP Processors"). */
@Conformance
@Requires(stimuli = Stimulus.BSP_INIT)
@OnMachine(processors = 3)
final class BootstrapProcessorTests {
  private static final int VECTOR = 0x61;
  private static final int RESET_CS = 0xF000;
  private static final int RESET_IP = 0xFFF0;

  private static void verifyRestart(Machine machine, Cpu bsp, ApicBase before) {
    bsp.expectInit();
    Event.ProcessorStarted started = bsp.expectStart();
    assertThat(started.sipiVector()).as("vector of a start-up IPI: there is none").isEqualTo(-1);
    assertThat(Hex.dword(started.state().cs())).as("CS").isEqualTo(Hex.dword(RESET_CS));
    assertThat(Hex.dword(started.state().ip())).as("IP").isEqualTo(Hex.dword(RESET_IP));
    assertThat(started.state().cr0() & 1).as("CR0.PE").isZero();
    assertThat(started.state().rflags() & Rflags.IF).as("IF").isZero();
    assertThat(Hex.qword(bsp.apicBase().raw()))
        .as("IA32_APIC_BASE")
        .isEqualTo(Hex.qword(before.raw()));
    assertThat(before.bsp()).as("BSP flag").isTrue();
    assertThat(RegisterDump.of(bsp.lapic()))
        .as("registers after INIT")
        .isEqualTo(RegisterDump.afterReset(bsp.lapic()));
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("INIT-008")
  void restartsAtTheResetVector(Machine machine, Cpu bsp) {
    Cpu sender = machine.cpu(1);
    ApicBase before = bsp.apicBase();
    bsp.lapic().setTpr(0x35);
    BlockRun halted = bsp.stiHlt();
    LapicState untouched = LapicState.of(sender.lapic());
    sender.lapic().send(Startups.init(bsp));
    verifyRestart(machine, bsp, before);
    assertThat(halted.dropped()).as("the halted block is dropped").isTrue();
    assertThat(LapicState.of(sender.lapic())).as("state of the sender").isEqualTo(untouched);
    Startups.assertWorks(sender, bsp, VECTOR);
  }

  @InEachApicMode
  @Covers("INIT-008")
  void restartsByItsOwnIpi(Machine machine, Cpu bsp) {
    ApicBase before = bsp.apicBase();
    List<Instruction> block = bsp.lapic().sending(Startups.init(bsp));
    bsp.start(block);
    verifyRestart(machine, bsp, before);
    Startups.assertWorks(machine.cpu(1), bsp, VECTOR);
  }

  @InEachApicMode
  @Covers({"INIT-008", "INIT-004"})
  void aStartupAfterwardsIsIgnored(Machine machine, Cpu bsp) {
    Cpu sender = machine.cpu(1);
    ApicBase before = bsp.apicBase();
    sender.lapic().send(Startups.init(bsp));
    verifyRestart(machine, bsp, before);
    sender.lapic().send(Startups.startup(bsp, Startups.vector(machine, 1)));
    machine.expectNothing();
    Startups.assertWorks(sender, bsp, VECTOR);
  }

  @InEachApicMode
  @Covers("INIT-008")
  void levelDeassertDoesNotResetIt(Machine machine, Cpu bsp) {
    Cpu sender = machine.cpu(1);
    BlockRun halted = bsp.stiHlt();
    InterruptCommand deassert = Startups.init(bsp).withLevelAssert(false).withTriggerLevel(true);
    sender.lapic().send(deassert);
    machine.expectNothing();
    assertThat(halted.running()).as("halted").isTrue();
    sender.lapic().sendIpi(bsp, VECTOR);
    bsp.serve(VECTOR);
    assertThat(halted.completed()).as("the halted block goes on").isTrue();
  }
}
