package io.apictck.suites.passthrough;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.support.X2apicLogicalId;
import io.apictck.suites.support.hypervisor.Technique;
import io.apictck.suites.support.hypervisor.VirtualMachine;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** IPIs of guests with the physical local APIC (ACRN, "Partition Mode"). */
@Conformance
@OnMachine(processors = 4)
@Requires({Feature.VMX, Feature.X2APIC, Feature.MSR_BITMAPS, Feature.VIRTUALIZE_APIC_ACCESSES})
final class IpiTests {
  private static final int VECTOR = 0x61;

  /** Two virtual processors, on the first two processors; the others are of another guest. */
  private static VirtualMachine two(Machine machine) {
    VirtualMachine guests = PassThrough.running(machine.cpu(0), machine.cpu(1));
    guests.processors().forEach(each -> each.cpu().sti());
    return guests;
  }

  private static void verify(
      Machine machine, VirtualMachine guests, InterruptCommand command, Set<Integer> expected) {
    List<Counter> taken =
        guests.processors().stream().map(each -> each.cpu().countInterrupts(VECTOR)).toList();
    guests.forgetExits();
    guests.processor(0).cpu().lapic().send(command);
    machine.settle(() -> expected.stream().allMatch(each -> taken.get(each).count() > 0));
    machine.expectNothing();
    for (int i = 0; i < taken.size(); i++) {
      assertThat(taken.get(i))
          .as("%s at virtual processor %d", command, i)
          .hasCount(expected.contains(i) ? 1 : 0);
    }
    assertThat(guests.exits()).as("VM exits").isEqualTo(Map.of(ExitReason.WRMSR, 1));
    for (Cpu other : machine.cpus().subList(guests.processors().size(), machine.processors())) {
      assertThat(other.lapic()).isIdle();
    }
  }

  @Test
  @Covers({"LPT-IPI-001", "LPT-IPI-002", "LPT-IPI-004"})
  void areResolvedByVirtualIds(Machine machine) {
    VirtualMachine guests = two(machine);
    InterruptCommand command = InterruptCommand.fixed(VECTOR);
    int first = guests.processor(0).id();
    int second = guests.processor(1).id();
    verify(machine, guests, command.withDestination(second), Set.of(1));
    verify(machine, guests, command.withDestination(first), Set.of(0));
    verify(machine, guests, command.withShorthand(Shorthand.SELF), Set.of(0));
    verify(machine, guests, command.withShorthand(Shorthand.ALL_INCLUDING_SELF), Set.of(0, 1));
    verify(machine, guests, command.withShorthand(Shorthand.ALL_EXCLUDING_SELF), Set.of(1));
    verify(
        machine, guests, command.withDestination(InterruptCommand.X2APIC_BROADCAST), Set.of(0, 1));
    int both = X2apicLogicalId.of(first) | X2apicLogicalId.of(second);
    verify(machine, guests, command.withLogical(true).withDestination(both), Set.of(0, 1));
  }

  @Test
  @Covers("LPT-IPI-001")
  void doNotLeaveTheVirtualMachine(Machine machine) {
    VirtualMachine guests = two(machine);
    InterruptCommand command = InterruptCommand.fixed(VECTOR);
    for (Cpu cpu : machine.cpus()) {
      // a physical ID that is no virtual one
      verify(machine, guests, command.withDestination(cpu.apicId()), Set.of());
    }
  }

  @Test
  @Covers("LPT-IPI-003")
  void initAndStartUpAreNotSent(Machine machine) {
    VirtualMachine guests = two(machine);
    for (DeliveryMode mode : List.of(DeliveryMode.INIT, DeliveryMode.STARTUP)) {
      verify(
          machine,
          guests,
          InterruptCommand.of(mode, VECTOR).withDestination(guests.processor(1).id()),
          Set.of());
    }
  }

  @Test
  @Covers("LPT-IPI-004")
  void nmiArrivesInTheGuest(Machine machine) {
    VirtualMachine guests = two(machine);
    Counter taken = guests.processor(1).cpu().onNmi(InterruptHandler.RETURN);
    guests
        .processor(0)
        .cpu()
        .lapic()
        .send(InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(guests.processor(1).id()));
    machine.settle(() -> taken.count() > 0);
    machine.expectNothing();
    assertThat(taken).hasCount(1);
    assertThat(guests.exits()).as("VM exits").isEqualTo(Map.of(ExitReason.WRMSR, 1));
  }

  @Test
  @Covers({"LPT-IPI-004", "LPT-IPI-005", "LPT-IPI-006", "LPT-SW-008"})
  void doNotReachOnesInXapicMode(Machine machine) {
    VirtualMachine guests =
        VirtualMachine.of(Technique.PASS_THROUGH, machine.cpu(0), machine.cpu(1)).enter();
    PassThrough.switchToX2apic(guests.processor(0));
    guests.processors().forEach(each -> each.cpu().sti());
    InterruptCommand command = InterruptCommand.fixed(VECTOR);
    verify(machine, guests, command.withShorthand(Shorthand.ALL_EXCLUDING_SELF), Set.of());
    verify(machine, guests, command.withDestination(guests.processor(1).id()), Set.of());
    verify(machine, guests, command.withDestination(guests.processor(0).id()), Set.of(0));
    int own = X2apicLogicalId.of(guests.processor(0).id());
    verify(machine, guests, command.withLogical(true).withDestination(own), Set.of());
  }

  @Test
  @Covers("LPT-INT-004")
  void theMessageOfAnEmulatedDeviceIsALogicalIpi(Machine machine) {
    VirtualMachine guests = two(machine);
    Cpu sender = machine.cpu(2);
    sender.lapic().enterX2apic();
    List<Counter> taken =
        guests.processors().stream().map(each -> each.cpu().countInterrupts(VECTOR)).toList();
    int both =
        X2apicLogicalId.of(machine.cpu(0).apicId()) | X2apicLogicalId.of(machine.cpu(1).apicId());
    sender.lapic().send(InterruptCommand.fixed(VECTOR).withLogical(true).withDestination(both));
    machine.settle(() -> taken.stream().allMatch(each -> each.count() > 0));
    machine.expectNothing();
    taken.forEach(each -> assertThat(each).hasCount(1));
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }
}
