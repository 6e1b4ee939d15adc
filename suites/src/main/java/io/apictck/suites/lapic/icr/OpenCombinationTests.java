package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LogicalIds;
import io.apictck.suites.support.Startup;
import java.util.ArrayList;
import java.util.List;

/**
 * Combinations that the manual calls invalid, and reserved delivery modes: seen, not judged (Intel
 * SDM Vol. 3A, same section).
 */
@Conformance
@OnMachine(processors = 3)
final class OpenCombinationTests {
  private static final int VECTOR = 0x61;
  private static final int CHECK_VECTOR = 0x72;

  /** In service on the bootstrap processor all the time: when its handler is gone, INIT came. */
  private static final int HELD_VECTOR = 0x31;

  /** The processors with what they took, as texts that begin with the processor. */
  private static final class Watch {
    private final Machine machine;
    private final Cpu sender;
    private final List<Counter> interrupts;
    private final List<Counter> nmis;
    private final Receivers check;

    Watch(Machine machine, Cpu sender) {
      this.machine = machine;
      this.sender = sender;
      interrupts = machine.cpus().stream().map(cpu -> cpu.countInterrupts(VECTOR)).toList();
      nmis = machine.cpus().stream().map(cpu -> cpu.onNmi(InterruptHandler.RETURN)).toList();
      check = Receivers.of(machine, CHECK_VECTOR);
      hold(machine.cpu(0));
    }

    private static void hold(Cpu bsp) {
      bsp.lapic().sendSelfIpi(HELD_VECTOR);
      bsp.takeInterrupt(HELD_VECTOR);
      bsp.sti();
    }

    /** Sends a command that may do anything, but may reach {@code allowed} at most. */
    void send(InterruptCommand command, List<Cpu> allowed) {
      interrupts.forEach(Counter::clear);
      nmis.forEach(Counter::clear);
      BlockRun sending = sender.start(sender.lapic().sending(command));
      machine.elapse(machine.description().quiet());
      List<String> effects = new ArrayList<>();
      if (!sending.completed() && !sending.dropped()) {
        effects.add("fault of the sender");
        sending.attempt();
      }
      for (Cpu cpu : machine.cpus()) {
        String effect = effectOn(cpu);
        if (!effect.isEmpty()) {
          effects.add(effect + " on " + cpu);
          assertThat(allowed)
              .as("receivers of %s, which led to %s", Commands.text(command), effects)
              .contains(cpu);
        }
      }
      machine.observe(Commands.text(command), effects);
      check.verify(
          sender,
          InterruptCommand.fixed(CHECK_VECTOR).withShorthand(Shorthand.ALL_INCLUDING_SELF),
          cpu -> true);
    }

    void finish() {
      machine.expectNothing();
      machine.cpu(0).finishInterrupt();
    }

    private String effectOn(Cpu cpu) {
      boolean bsp = cpu.index() == 0;
      if (bsp ? cpu.depth() == 0 : cpu.waitsForSipi()) {
        cpu.expectInit();
        if (bsp) {
          cpu.expectStart();
        } else {
          Startup.start(machine.cpu(0), cpu);
        }
        cpu.lapic().setEnabled(true);
        cpu.sti();
        if (bsp) {
          hold(cpu);
        }
        return "INIT";
      }
      List<String> effects = new ArrayList<>();
      while (cpu.hasUntakenInterrupt()) {
        effects.add(cpu.takeInterrupt().cause().toString());
        cpu.iret();
      }
      if (interrupts.get(cpu.index()).count() > 0) {
        effects.add("interrupt");
      }
      if (nmis.get(cpu.index()).count() > 0) {
        effects.add("NMI");
      }
      return String.join(", ", effects);
    }
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-ICR-018")
  void invalidShorthandsReachNobodyElse(Machine machine) {
    Cpu sender = machine.cpu(1);
    Watch watch = new Watch(machine, sender);
    for (DeliveryMode mode :
        List.of(
            DeliveryMode.LOWEST_PRIORITY,
            DeliveryMode.SMI,
            DeliveryMode.NMI,
            DeliveryMode.INIT,
            DeliveryMode.STARTUP)) {
      for (InterruptCommand command : Commands.all(mode, Shorthand.SELF, VECTOR)) {
        watch.send(command.withDestination(machine.cpu(2).apicId()), List.of(sender));
      }
      if (mode != DeliveryMode.INIT || machine.offers(Stimulus.BSP_INIT)) {
        for (InterruptCommand command : Commands.all(mode, Shorthand.ALL_INCLUDING_SELF, VECTOR)) {
          watch.send(command, machine.cpus());
        }
      }
    }
    watch.finish();
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-ICR-018")
  void levelDeassertReachesNobodyElse(Machine machine) {
    Cpu sender = machine.cpu(1);
    Cpu target = machine.cpu(2);
    List<Cpu> others = machine.cpus().stream().filter(cpu -> cpu != sender).toList();
    Watch watch = new Watch(machine, sender);
    for (DeliveryMode mode :
        List.of(
            DeliveryMode.LOWEST_PRIORITY,
            DeliveryMode.SMI,
            DeliveryMode.NMI,
            DeliveryMode.STARTUP)) {
      for (InterruptCommand command : Commands.deasserts(mode, Shorthand.NONE, VECTOR)) {
        if (!command.logical()) {
          watch.send(Commands.addressedTo(target, command), List.of(target));
        }
      }
      for (InterruptCommand command :
          Commands.deasserts(mode, Shorthand.ALL_EXCLUDING_SELF, VECTOR)) {
        watch.send(command, others);
      }
    }
    watch.finish();
  }

  @InEachApicMode
  @Records
  @Covers("LAPIC-ICR-022")
  void reservedDeliveryModesRunNoHandler(Machine machine) {
    Cpu sender = machine.cpu(1);
    LogicalIds.flat(machine);
    Watch watch = new Watch(machine, sender);
    for (DeliveryMode mode : List.of(DeliveryMode.RESERVED_3, DeliveryMode.EXT_INT)) {
      for (Shorthand shorthand : Shorthand.values()) {
        for (InterruptCommand command : Commands.all(mode, shorthand, VECTOR)) {
          watch.send(Commands.addressedTo(machine.cpu(2), command), List.of());
        }
      }
      watch.send(Commands.toAll(InterruptCommand.of(mode, VECTOR)), List.of());
    }
    watch.finish();
  }
}
