package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.machine.Attempt;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.LogicalIds;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Lowest-priority IPIs, which are model-specific (Intel SDM Vol. 3A, "Lowest Priority Delivery
 * Mode").
 */
@Conformance
@OnMachine(processors = 4)
final class LowestPriorityTests {
  private static final int VECTOR = 0x61;
  private static final int REPETITIONS = 8;

  private static InterruptCommand command(boolean logical, int destination) {
    return InterruptCommand.of(DeliveryMode.LOWEST_PRIORITY, VECTOR)
        .withLogical(logical)
        .withDestination(destination);
  }

  /** In x2APIC mode the code is reserved and may fault. */
  private static List<Cpu> receivers(
      Machine machine, Receivers receivers, Cpu sender, InterruptCommand command) {
    receivers.clear();
    Attempt attempt = sender.attempt(sender.lapic().sending(command).toArray(Instruction[]::new));
    machine.expectNothing();
    List<Cpu> taken = receivers.soFar();
    String errors =
        sender.lapic().latchErrors() == ErrorStatus.REDIRECTABLE_IPI ? ", ESR bit 4" : "";
    String fault = attempt instanceof Attempt.Failed ? ", fault" : "";
    machine.observe("receivers of " + Commands.text(command), taken + errors + fault);
    return taken;
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-ICR-019")
  void reachesAtMostOneOfTheSet(Machine machine, Cpu cpu) {
    LogicalIds.flat(machine);
    Receivers receivers = Receivers.of(machine, VECTOR);
    int set = LogicalIds.read(machine.cpu(1)) | LogicalIds.read(machine.cpu(2));
    boolean oneCluster =
        cpu.lapic().mode() == ApicMode.XAPIC
            || set >>> 16 == LogicalIds.read(machine.cpu(1)) >>> 16;
    if (oneCluster) {
      // a round robin or a hash may choose another one each time
      for (int i = 0; i < REPETITIONS; i++) {
        verifyOne(
            machine,
            receivers,
            cpu,
            command(true, set),
            each -> each.index() == 1 || each.index() == 2);
      }
    }
    verifyOne(
        machine,
        receivers,
        cpu,
        command(false, machine.cpu(3).apicId()),
        each -> each.index() == 3);
    verifyOne(
        machine,
        receivers,
        cpu,
        command(false, 0).withShorthand(Shorthand.ALL_EXCLUDING_SELF),
        each -> true); // it may come back to the sender
    receivers.verifyQuiet();
  }

  private static void verifyOne(
      Machine machine,
      Receivers receivers,
      Cpu sender,
      InterruptCommand command,
      Predicate<Cpu> set) {
    assertThat(receivers(machine, receivers, sender, command))
        .as("receivers of %s", Commands.text(command))
        .hasSizeLessThanOrEqualTo(1)
        .allMatch(set);
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-ICR-020")
  void broadcastsHaveAnyReceivers(Machine machine, Cpu cpu) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    verifyAny(machine, receivers, cpu, command(false, InterruptCommand.X2APIC_BROADCAST));
    verifyAny(machine, receivers, cpu, command(true, InterruptCommand.X2APIC_BROADCAST));
    receivers.verifyQuiet();
  }

  @Test
  @Records
  @Covers("LAPIC-ICR-020")
  void clusterBroadcastsHaveAnyReceivers(Machine machine, Cpu cpu) {
    LogicalIds.chooseClusterModel(machine);
    List<Integer> logicalIds = List.of(0x21, 0x22, 0x31, 0x32);
    machine
        .cpus()
        .forEach(each -> LogicalIds.set(each, logicalIds.get(each.index() % logicalIds.size())));
    Receivers receivers = Receivers.of(machine, VECTOR);
    verifyAny(machine, receivers, cpu, command(true, InterruptCommand.XAPIC_BROADCAST));
    receivers.verifyQuiet();
  }

  private static void verifyAny(
      Machine machine, Receivers receivers, Cpu sender, InterruptCommand command) {
    assertThat(receivers(machine, receivers, sender, command))
        .as("receivers of %s", Commands.text(command))
        .doesNotHaveDuplicates();
    receivers.verify(
        sender,
        InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.ALL_INCLUDING_SELF),
        cpu -> true);
  }
}
