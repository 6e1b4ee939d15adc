package io.apictck.target.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Outcome;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.platform.Stimulus;
import io.apictck.target.WireProbe;
import io.apictck.target.agent.AgentImage;
import io.apictck.target.agent.AgentLayout;
import io.apictck.target.agent.AgentPlatform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a real QEMU, where there is one. */
@Timeout(60)
final class QemuMachineTest {
  private static final long ICR = 0xFEE0_0300L;
  private static final int START_CPU_1 = 0x4608;
  private static final int INIT = 0x4500;

  private QemuMachine machine;
  private AgentPlatform platform;
  private long block;

  @BeforeEach
  void open() {
    assumeTrue(AgentImage.isThere(), AgentImage.obstacle());
    assumeTrue(QemuOptions.find(QemuOptions.PROGRAM).isPresent(), "no QEMU");
    AgentImage image = AgentImage.load();
    machine = new QemuMachine(QemuOptions.of(Map.of()), MachineRequest.of(2), image.rom());
    platform = new AgentPlatform(machine, image);
  }

  @AfterEach
  void close() {
    if (machine != null) {
      QemuProcess process = machine.process();
      platform.close();
      assertThat(process.isAlive()).isFalse();
    }
  }

  private List<Event> execute(int cpu, Instruction... instructions) {
    return platform.perform(new Action.Execute(cpu, ++block, List.of(instructions))).events();
  }

  private List<Event> ipi(int command) {
    return execute(
        0, new Instruction.Store(ICR + 0x10, 4, 1L << 24), new Instruction.Store(ICR, 4, command));
  }

  private void kill(String signal) throws Exception {
    new ProcessBuilder("kill", "-" + signal, Long.toString(machine.process().pid()))
        .start()
        .waitFor();
  }

  /** A signal needs a moment on a busy computer, and each thread stops for itself. */
  private void awaitStopped() throws Exception {
    Path threads = Path.of("/proc", Long.toString(machine.process().pid()), "task");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    boolean stopped = false;
    while (!stopped && System.nanoTime() < end) {
      Thread.sleep(5);
      try (Stream<Path> tasks = Files.list(threads)) {
        stopped = tasks.allMatch(QemuMachineTest::isStopped);
      }
    }
  }

  private static boolean isStopped(Path task) {
    try {
      return Files.readString(task.resolve("stat")).contains(") T ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void tellsWhatItIs() {
    assertThat(platform.description().name()).isEqualTo("qemu");
    assertThat(platform.description().version()).matches("\\d+\\.\\d+\\.\\d+ tcg pc");
    assertThat(platform.description().stimuli()).contains(Stimulus.POWER_ON, Stimulus.LINES);
  }

  @Test
  void newCodeInOldPlacesIsExecuted() {
    // many times as much code as there is place for
    long scratch = platform.description().scratchBase();
    for (int i = 0; i < 3_000; i++) {
      // POPF first: emulators translate what stands behind it apart
      List<Event> events =
          execute(
              0,
              new Instruction.Popf(2),
              new Instruction.Store(scratch, 8, i),
              new Instruction.Load(scratch, 8));
      assertThat(events).hasSize(1);
      assertThat(((Event.Completed) events.getFirst()).values()[0]).isEqualTo(i);
    }
  }

  @Test
  void seesStartAndInitOfARunningProcessor() {
    assertThat(ipi(START_CPU_1))
        .anyMatch(e ->
            e instanceof Event.ProcessorStarted(int cpu, int sipi, var _) && cpu == 1 && sipi == 8);
    assertThat(ipi(INIT)).contains(new Event.ProcessorReset(1));
    assertThat(ipi(START_CPU_1)).anyMatch(Event.ProcessorStarted.class::isInstance);
  }

  @Test
  void messagesReachTheLocalApic() {
    execute(0, new Instruction.Store(0xFEE0_00F0L, 4, 0x1FF), new Instruction.Sti());
    Outcome outcome = platform.perform(new Action.DeviceWrite(0, 0xFEE0_0000L, 0x61));
    assertThat(outcome.events())
        .hasSize(1)
        .allMatch(e -> e instanceof Event.InterruptTaken taken && taken.vector() == 0x61);
  }

  @Test
  void linesReachTheIoApic() {
    execute(
        0,
        new Instruction.Store(0xFEE0_00F0L, 4, 0x1FF),
        new Instruction.Store(0xFEC0_0000L, 4, 0x10 + 2 * 5),
        new Instruction.Store(0xFEC0_0010L, 4, 0x62),
        new Instruction.Sti());
    assertThat(platform.perform(new Action.SetLine(5, true)).events())
        .hasSize(1)
        .allMatch(e -> e instanceof Event.InterruptTaken taken && taken.vector() == 0x62);
    assertThat(platform.perform(new Action.SetLine(5, false)).events()).isEmpty();
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
  void functionsInterruptByTheirPinAndByMessages() {
    new WireProbe(platform).functionsInterrupt();
    platform.close();
    AgentImage image = AgentImage.load();
    machine =
        new QemuMachine(
            QemuOptions.of(Map.of("machine", "q35")), MachineRequest.of(2), image.rom());
    platform = new AgentPlatform(machine, image);
    new WireProbe(platform).functionsInterrupt();
    platform.perform(new Action.Reset());
    new WireProbe(platform).eachLineReachesItsControllers();
  }

  @Test
  void runsOnAfterItWasNotUsedForAWhile() throws Exception {
    TimeUnit.MILLISECONDS.sleep(500);
    long used = cpuTime();
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(cpuTime() - used).as("processor time in ms while idle").isLessThan(100);
    assertThat(execute(0, new Instruction.Nop())).hasSize(1);
  }

  private long cpuTime() {
    return ProcessHandle.of(machine.process().pid())
        .flatMap(handle -> handle.info().totalCpuDuration())
        .orElseThrow()
        .toMillis();
  }

  @Test
  void aDeadProcessIsToldAndStartedAgain() throws Exception {
    kill("KILL");
    assertThatThrownBy(() -> execute(0, new Instruction.Nop()))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("qemu ended");
    platform.perform(new Action.Reset());
    assertThat(execute(0, new Instruction.Nop())).hasSize(1);
  }

  @Test
  void aStoppedProcessIsATimeout() throws Exception {
    kill("STOP");
    awaitStopped();
    long began = System.nanoTime();
    assertThatThrownBy(() -> execute(0, new Instruction.Nop()))
        .isInstanceOf(PlatformTimeoutException.class);
    assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(5));
  }

  @Test
  void aTripleFaultIsTold() {
    // without an IDT the next exception cannot be handled, nor those that follow; it comes last
    long idt = AgentLayout.AGENT_BASE + AgentImage.load().agent().length - 0x1000;
    assertThatThrownBy(
            () -> {
              execute(0, new Instruction.RepMovsb(idt, AgentLayout.SCRATCH, 0x1000));
              execute(0, new Instruction.Ud2());
            })
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("triple fault");
    platform.perform(new Action.Reset());
    assertThat(execute(0, new Instruction.Nop())).hasSize(1);
  }
}
