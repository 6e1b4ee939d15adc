package io.apictck.target.bochs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.target.WireProbe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NeedsBochs.class)
@Timeout(60)
class BochsMachineTest {
  private static final long APIC_BASE = 0xFEE0_0900L;

  private final Platform platform =
      new BochsPlatformProvider().open(Map.of(), MachineRequest.of(1));
  private long block;

  @AfterEach
  void close() throws InterruptedException {
    List<ProcessHandle> processes = bochs();
    platform.close();
    for (ProcessHandle process : processes) {
      for (int i = 0; process.isAlive() && i < 100; i++) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(process.isAlive()).as("Bochs after close").isFalse();
    }
  }

  private static List<ProcessHandle> bochs() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().command().orElse("").contains("bochs"))
        .toList();
  }

  private List<Event> execute(Instruction... instructions) {
    return platform.perform(new Action.Execute(0, ++block, List.of(instructions))).events();
  }

  @Test
  void executesBlocks() {
    assertThat(execute(new Instruction.Rdmsr(0x1B)))
        .containsExactly(new Event.Completed(0, block, new long[] {APIC_BASE, 0}));
    assertThat(execute(new Instruction.Nop(), new Instruction.Ud2()))
        .containsExactly(new Event.Faulted(0, block, 1, 6, 0));
  }

  @Test
  void settlesWithoutAnAnswerWhenHalted() {
    assertThat(execute(new Instruction.Hlt())).isEmpty();
    assertThat(platform.perform(new Action.Elapse(2_000_000)).events()).isEmpty();
    platform.perform(new Action.Reset());
    assertThat(execute(new Instruction.Nop())).hasSize(1);
  }

  @Test
  void resetBringsBackPowerOnStateAndClearsScratchMemory() {
    long scratch = platform.description().scratchBase() + 0x12_3458;
    execute(
        new Instruction.Store(scratch, 8, 0x55), new Instruction.Wrmsr(0x1B, APIC_BASE | 0x400));
    platform.perform(new Action.Reset());
    assertThat(execute(new Instruction.Load(scratch, 8), new Instruction.Rdmsr(0x1B)))
        .containsExactly(new Event.Completed(0, block, new long[] {0, APIC_BASE, 0}));
  }

  @Test
  void eachLineReachesItsControllers() {
    new WireProbe(platform).eachLineReachesItsControllers();
  }

  @Test
  void picsInterruptThroughLint0() {
    for (int irq : new int[] {0, 5, 12}) {
      platform.perform(new Action.Reset());
      new WireProbe(platform).aPicInterruptsThroughLint0(irq);
    }
  }

  @Test
  void carriesBlocksThatAreLongerThanAFrame() {
    Instruction[] many = new Instruction[1200];
    java.util.Arrays.fill(many, new Instruction.Pushf());
    assertThat(execute(many)).hasSize(1);
  }

  @Test
  void aKilledMachineIsACrash() {
    bochs().forEach(ProcessHandle::destroyForcibly);
    assertThatThrownBy(() -> execute(new Instruction.Nop())).isInstanceOf(PlatformException.class);
  }

  @Test
  void aStoppedMachineIsATimeout() {
    bochs().forEach(process -> Signals.stop(process.pid()));
    long began = System.nanoTime();
    assertThatThrownBy(() -> execute(new Instruction.Nop()))
        .isInstanceOf(PlatformTimeoutException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isLessThan(platform.description().patience().multipliedBy(2));
  }
}
