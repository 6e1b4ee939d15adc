package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.suites.support.LogicalIds;
import java.util.List;

/**
 * Fixed IPIs with every destination mode, level, trigger mode and shorthand (Intel SDM Vol. 3A,
 * "Valid Combinations" tables).
 */
@Conformance
@OnMachine(processors = 4)
final class FixedCombinationTests {
  private static final int VECTOR = 0x61;

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ICR-015")
  void withoutShorthandTheDestinationDecides(Machine machine, Cases cases) {
    LogicalIds.flat(machine);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Cpu sender : machine.cpus()) {
      for (Cpu target : machine.cpus()) {
        cases.each(
            Commands.issuedAsEdge(DeliveryMode.FIXED, Shorthand.NONE, VECTOR),
            command ->
                receivers.verify(
                    sender, Commands.addressedTo(target, command), cpu -> cpu == target));
      }
      cases.each(
          Commands.issuedAsEdge(DeliveryMode.FIXED, Shorthand.NONE, VECTOR),
          command -> receivers.verify(sender, Commands.toAll(command), cpu -> true));
    }
    receivers.verifyQuiet();
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-ICR-014", "LAPIC-ICR-015"})
  void aShorthandOverridesDestinationAndDestinationMode(Machine machine, Cases cases) {
    LogicalIds.flat(machine);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Shorthand shorthand :
        List.of(Shorthand.SELF, Shorthand.ALL_INCLUDING_SELF, Shorthand.ALL_EXCLUDING_SELF)) {
      for (Cpu sender : machine.cpus()) {
        for (Cpu named : machine.cpus()) {
          cases.each(
              Commands.issuedAsEdge(DeliveryMode.FIXED, shorthand, VECTOR),
              command ->
                  receivers.verify(
                      sender,
                      Commands.addressedTo(named, command),
                      cpu -> Commands.selects(shorthand, sender, cpu)));
        }
        cases.each(
            Commands.issuedAsEdge(DeliveryMode.FIXED, shorthand, VECTOR),
            command ->
                receivers.verify(
                    sender,
                    Commands.toAll(command),
                    cpu -> Commands.selects(shorthand, sender, cpu)));
      }
    }
    receivers.verifyQuiet();
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-ICR-016")
  void levelDeassertReachesNobodyElse(Machine machine, Cpu cpu) {
    LogicalIds.flat(machine);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Shorthand shorthand : Shorthand.values()) {
      Cpu named = machine.cpu(1);
      for (InterruptCommand command : Commands.deasserts(DeliveryMode.FIXED, shorthand, VECTOR)) {
        List<Cpu> taken = receivers.observe(cpu, Commands.addressedTo(named, command));
        machine.observe("receivers of a Fixed level de-assert, " + Commands.text(command), taken);
        assertThat(taken)
            .as("receivers of %s", Commands.text(command))
            .doesNotHaveDuplicates()
            .allMatch(receiver ->
                shorthand == Shorthand.NONE
                    ? receiver == named
                    : Commands.selects(shorthand, cpu, receiver));
      }
    }
    receivers.verifyQuiet();
  }
}
