package io.apictck.target.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Place;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.platform.UnsupportedRequestException;
import io.apictck.target.WireProbe;
import io.apictck.target.agent.AgentImage;
import io.apictck.target.agent.AgentLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A machine of KVM, where there is one. */
final class KvmPlatformTest {
  private static final long SVR = 0xFEE0_00F0L;
  private static final long ICR = 0xFEE0_0300L;
  private static final int INIT_CPU_1 = 0x4500;
  private static final int START_CPU_1 = 0x4608;
  private static final int FEATURES = 1;
  private static final long X2APIC = 1L << 21;

  private final KvmPlatformProvider provider = new KvmPlatformProvider();
  private Platform platform;
  private long block;

  @BeforeEach
  void open() {
    List<String> obstacles = provider.obstacles();
    assumeTrue(obstacles.isEmpty(), () -> String.join("; ", obstacles));
    platform = provider.open(Map.of(), MachineRequest.of(2));
  }

  @AfterEach
  void close() {
    if (platform != null) {
      platform.close();
    }
  }

  private List<Event> execute(Instruction... instructions) {
    return platform.perform(new Action.Execute(0, ++block, List.of(instructions))).events();
  }

  private List<Event> ipi(int command) {
    return execute(
        new Instruction.Store(ICR + 0x10, 4, 1L << 24), new Instruction.Store(ICR, 4, command));
  }

  @Test
  void executesBlocksAndGivesTheirValues() {
    assertThat(
            execute(
                new Instruction.Store(AgentLayout.SCRATCH, 8, 42),
                new Instruction.Load(AgentLayout.SCRATCH, 8)))
        .containsExactly(new Event.Completed(0, block, new long[] {42}));
  }

  @Test
  void tellsWhichInstructionFaulted() {
    assertThat(execute(new Instruction.Nop(), new Instruction.Ud2()))
        .containsExactly(new Event.Faulted(0, block, 1, 6, 0));
  }

  @Test
  void startsAndResetsProcessors() {
    assertThat(ipi(START_CPU_1))
        .anyMatch(e ->
            e instanceof Event.ProcessorStarted(int cpu, int sipi, var _) && cpu == 1 && sipi == 8);
    assertThat(ipi(INIT_CPU_1)).contains(new Event.ProcessorReset(1));
    assertThat(ipi(START_CPU_1)).anyMatch(Event.ProcessorStarted.class::isInstance);
  }

  @Test
  void linesAndMessagesReachTheirProcessor() {
    execute(
        new Instruction.Store(SVR, 4, 0x1FF),
        new Instruction.Store(0xFEC0_0000L, 4, 0x10 + 2 * 5),
        new Instruction.Store(0xFEC0_0010L, 4, 0x62),
        new Instruction.Sti());
    assertThat(platform.perform(new Action.SetLine(5, true)).events())
        .hasSize(1)
        .allMatch(e -> e instanceof Event.InterruptTaken taken && taken.vector() == 0x62);
    platform.perform(new Action.Reset());
    execute(new Instruction.Store(SVR, 4, 0x1FF), new Instruction.Sti());
    assertThat(platform.perform(new Action.DeviceWrite(0, 0xFEE0_0000L, 0x61)).events())
        .hasSize(1)
        .allMatch(e -> e instanceof Event.InterruptTaken taken && taken.vector() == 0x61);
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
  void thePitIsQuietUntilItIsProgrammed() {
    WireProbe probe = new WireProbe(platform);
    execute(
        new Instruction.Store(SVR, 4, 0x1FF),
        new Instruction.Store(0xFEC0_0000L, 4, 0x10 + 2 * 2),
        new Instruction.Store(0xFEC0_0010L, 4, 0x62),
        new Instruction.Sti());
    assertThat(platform.perform(new Action.Elapse(100_000_000)).events()).isEmpty();
    probe.execute(
        new Instruction.Out(0x43, 1, 0x30),
        new Instruction.Out(0x40, 1, 0x00),
        new Instruction.Out(0x40, 1, 0x10));
    assertThat(platform.perform(new Action.Elapse(500_000_000)).events())
        .hasSize(1)
        .allMatch(e -> e instanceof Event.InterruptTaken taken && taken.vector() == 0x62);
  }

  @Test
  void aHaltedProcessorIsLeftAndWokenByAnInterrupt() {
    execute(new Instruction.Store(SVR, 4, 0x1FF), new Instruction.Sti());
    assertThat(execute(new Instruction.Hlt(), new Instruction.Nop())).isEmpty();
    long halted = block;
    List<Event> events = platform.perform(new Action.DeviceWrite(0, 0xFEE0_0000L, 0x61)).events();
    assertThat(events)
        .hasSize(1)
        .allMatch(e ->
            e instanceof Event.InterruptTaken taken
                && taken.interrupted().equals(new Place(halted, 1)));
  }

  @Test
  void leavesOutFeatures() {
    try (Platform without =
        provider.open(Map.of(), new MachineRequest(1, List.of(), Set.of(Feature.X2APIC)))) {
      Event.Completed completed =
          (Event.Completed)
              without
                  .perform(new Action.Execute(0, 1, List.of(new Instruction.Cpuid(FEATURES, 0))))
                  .events()
                  .getFirst();
      assertThat(completed.values()[2] & X2APIC).isZero();
    }
    assertThatThrownBy(() ->
            provider.open(Map.of(), new MachineRequest(1, List.of(), Set.of(Feature.LVT_THERMAL))))
        .isInstanceOf(UnsupportedRequestException.class);
  }

  @Test
  void anUnknownIrqchipIsRefused() {
    assertThatThrownBy(() -> provider.open(Map.of("irqchip", "none"), MachineRequest.of(1)))
        .isInstanceOf(PlatformException.class)
        .hasMessage("target kvm: irqchip is full or split, not \"none\"");
  }

  @Test
  void aTripleFaultIsTold() {
    // without an IDT the next exception cannot be handled, nor those that follow; it comes last
    long idt = AgentLayout.AGENT_BASE + AgentImage.load().agent().length - 0x1000;
    assertThatThrownBy(
            () -> {
              execute(new Instruction.RepMovsb(idt, AgentLayout.SCRATCH, 0x1000));
              execute(new Instruction.Ud2());
            })
        .isInstanceOf(PlatformException.class);
    platform.perform(new Action.Reset());
    assertThat(execute(new Instruction.Nop())).hasSize(1);
  }

  @Test
  void aGuestThatSpinsWithInterruptsOffIsATimeout() {
    long idle = AgentLayout.MAILBOXES + 8;
    // jmp to itself, where the idle loop should be
    assertThatThrownBy(() ->
            execute(
                new Instruction.Store(AgentLayout.SCRATCH, 2, 0xFEEB),
                new Instruction.Store(idle, 8, AgentLayout.SCRATCH)))
        .isInstanceOf(PlatformTimeoutException.class)
        .hasMessageContaining("did not answer");
    platform.perform(new Action.Reset());
    assertThat(execute(new Instruction.Nop())).hasSize(1);
  }
}
