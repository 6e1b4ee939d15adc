package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Destinations that are APIC IDs (Intel SDM Vol. 3A, "Physical Destination Mode"). */
@Conformance
@OnMachine(processors = 4)
final class PhysicalDestinationTests {
  private static final int VECTOR = 0x61;
  private static final int LAST_XAPIC_ID = InterruptCommand.XAPIC_BROADCAST - 1;

  private static InterruptCommand to(int destination) {
    return InterruptCommand.fixed(VECTOR).withDestination(destination);
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-ICR-005", "LAPIC-ICR-006"})
  void anIdReachesItsProcessorFromEveryOther(Machine machine, Cases cases) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Cpu sender : machine.cpus()) {
      cases.each(
          machine.cpus(),
          target -> receivers.verify(sender, to(target.apicId()), cpu -> cpu == target));
    }
    receivers.verifyQuiet();
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-ICR-005", "LAPIC-ICR-008"})
  void everyOtherIdReachesNobody(Machine machine, Cpu cpu, Cases cases) {
    verifyAllIds(machine, cpu, cases);
  }

  @InEachApicMode
  @Sweep
  @OnMachine(
      processors = 4,
      apicIds = {0x00, 0x35, 0x02, 0xFE})
  @Covers({"LAPIC-ICR-005", "LAPIC-ICR-006", "LAPIC-ICR-008"})
  void sparseIdsCountAndNotProcessorNumbers(Machine machine, Cases cases) {
    for (Cpu sender : machine.cpus()) {
      verifyAllIds(machine, sender, cases);
    }
  }

  private static void verifyAllIds(Machine machine, Cpu sender, Cases cases) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    cases.range(
        0, LAST_XAPIC_ID, id -> receivers.verify(sender, to(id), cpu -> cpu.apicId() == id));
    receivers.verifyQuiet();
    machine.cpus().forEach(Cpu::cli);
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-007")
  void allOnesReachesEveryProcessorOnceTheSenderToo(Machine machine) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Cpu sender : machine.cpus()) {
      receivers.verify(sender, to(InterruptCommand.X2APIC_BROADCAST), cpu -> true);
    }
    receivers.verifyQuiet();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Sweep
  @OnMachine(
      processors = 5,
      apicIds = {0, 1, 255, 256, 0x1234})
  @Covers({"LAPIC-ICR-003", "LAPIC-ICR-005", "LAPIC-ICR-007", "LAPIC-ICR-008"})
  void inX2apicModeAll32BitsCount(Machine machine, Cases cases) {
    Set<Integer> destinations = new LinkedHashSet<>();
    destinations.add(InterruptCommand.XAPIC_BROADCAST);
    for (Cpu cpu : machine.cpus()) {
      int id = cpu.apicId();
      destinations.add(id);
      destinations.add(id | 0xFFFF_FF00);
      for (int bit = 0; bit < Integer.SIZE; bit++) {
        destinations.add(id ^ 1 << bit);
        destinations.add(Integer.rotateLeft(id, bit));
      }
    }
    destinations.remove(InterruptCommand.X2APIC_BROADCAST);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Cpu sender : machine.cpus()) {
      cases.each(destinations, id -> receivers.verify(sender, to(id), cpu -> cpu.apicId() == id));
      receivers.verify(sender, to(InterruptCommand.X2APIC_BROADCAST), cpu -> true);
    }
    receivers.verifyQuiet();
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-008")
  void afterAnUnusedIdTheSenderIsUsable(Machine machine, Cpu cpu) {
    int unused = unusedId(machine);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (DeliveryMode mode :
        List.of(
            DeliveryMode.FIXED,
            DeliveryMode.NMI,
            DeliveryMode.SMI,
            DeliveryMode.INIT,
            DeliveryMode.STARTUP)) {
      int vector =
          mode == DeliveryMode.STARTUP ? machine.description().startVectors().getFirst() : VECTOR;
      InterruptCommand command =
          InterruptCommand.of(mode, mode == DeliveryMode.SMI ? 0 : vector).withDestination(unused);
      assertThat(receivers.observe(cpu, command))
          .as("receivers of %s", Commands.text(command))
          .isEmpty();
      if (cpu.lapic().mode() == ApicMode.XAPIC) {
        boolean busy =
            (cpu.lapic().read(LapicRegister.ICR) & InterruptCommand.DELIVERY_STATUS) != 0;
        machine.observe("delivery status after " + mode + " to an unused ID", busy ? 1 : 0);
      }
      receivers.verify(cpu, to(machine.cpu(1).apicId()), receiver -> receiver == machine.cpu(1));
    }
    machine.observe("ESR after IPIs to unused IDs", Hex.dword(cpu.lapic().latchErrors()));
    receivers.verifyQuiet();
  }

  private static int unusedId(Machine machine) {
    int id = LAST_XAPIC_ID;
    while (machine.description().apicIds().contains(id)) {
      id--;
    }
    return id;
  }

  @Test
  @OnMachine(
      processors = 4,
      apicIds = {0, 1, 2, 0x101},
      powerOn = true)
  @Requires(value = Feature.X2APIC, stimuli = Stimulus.POWER_ON)
  @Covers("LAPIC-ICR-005")
  void processorsThatShareAnXapicIdAllReceive(Machine machine, Cpu cpu) {
    cpu.lapic()
        .send(
            InterruptCommand.of(
                    DeliveryMode.STARTUP, machine.description().startVectors().getFirst())
                .withShorthand(Shorthand.ALL_EXCLUDING_SELF));
    machine.applicationProcessors().forEach(Cpu::expectStart);
    machine.cpus().forEach(each -> each.lapic().setEnabled(true));
    // each local APIC compares with its own register: what an ID above 255 looks like there is not
    // judged
    List<Integer> ids = new ArrayList<>();
    machine.cpus().forEach(each -> ids.add(each.lapic().id()));
    machine.observe("xAPIC IDs", ids);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (int id : new LinkedHashSet<>(ids)) {
      if (id != InterruptCommand.XAPIC_BROADCAST) {
        receivers.verify(cpu, to(id), each -> ids.get(each.index()) == id);
      }
    }
    receivers.verifyQuiet();
  }
}
