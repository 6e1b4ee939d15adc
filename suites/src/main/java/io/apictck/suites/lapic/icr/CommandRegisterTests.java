package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.Vectors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The two halves of the ICR in xAPIC mode (Intel SDM Vol. 3A, "Interrupt Command Register (ICR)").
 */
@Conformance
@OnMachine(processors = 3)
final class CommandRegisterTests {
  private static final int VECTOR = 0x61;
  private static final int DESTINATION = LapicRegister.ICR_HIGH.definedBits();
  private static final int RESERVED_LOW =
      (int) ~(InterruptCommand.DEFINED_LOW | InterruptCommand.DELIVERY_STATUS);

  /** Each bit of the field is 0 in one and 1 in another. */
  private static final List<Integer> SOME_VECTORS = List.of(0x10, 0x55, 0xAA, 0xFF);

  /** Bits that may read as they are issued: level 1, trigger mode 0. */
  private static final int AS_ISSUED =
      (int) (InterruptCommand.LEVEL_ASSERT | InterruptCommand.TRIGGER_LEVEL);

  private static final int KEPT = (int) InterruptCommand.DEFINED_LOW & ~AS_ISSUED;

  @Test
  @Sweep
  @Covers("LAPIC-ICR-001")
  void theHighHalfStoresTheDestinationAndSendsNothing(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    Cpu target = machine.cpu(1);
    Receivers receivers = Receivers.of(machine, VECTOR);
    // the low half now holds a command that would be sent again
    receivers.verify(
        cpu,
        InterruptCommand.fixed(VECTOR).withDestination(target.apicId()),
        each -> each == target);
    int low = lapic.read(LapicRegister.ICR);
    receivers.clear();
    cases.range(
        0,
        InterruptCommand.XAPIC_BROADCAST,
        destination -> {
          lapic.write(LapicRegister.ICR_HIGH, destination << 24);
          assertThat(lapic.read(LapicRegister.ICR_HIGH) & DESTINATION)
              .as("ICR high")
              .isEqualTo(destination << 24);
        });
    machine.expectNothing();
    assertThat(receivers.soFar()).as("receivers of writes to the high half").isEmpty();
    assertThat(Hex.dword(lapic.read(LapicRegister.ICR))).as("ICR low").isEqualTo(Hex.dword(low));
    receivers.verifyQuiet();
  }

  @Test
  @Covers("LAPIC-ICR-001")
  void eachWriteOfTheLowHalfSendsToTheLastDestination(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    long command = InterruptCommand.fixed(VECTOR).raw();
    List<Counter> taken =
        machine.cpus().stream().map(each -> each.countInterrupts(VECTOR)).toList();
    machine.cpus().forEach(Cpu::sti);
    lapic.write(LapicRegister.ICR_HIGH, machine.cpu(2).apicId() << 24);
    lapic.write(LapicRegister.ICR_HIGH, machine.cpu(1).apicId() << 24);
    for (int i = 1; i <= 3; i++) {
      int sent = i;
      cpu.run(lapic.writing(LapicRegister.ICR, command));
      machine.settle(() -> taken.get(1).count() >= sent);
      assertThat(taken.get(1)).as("IPIs with one write of the destination").hasCount(i);
    }
    machine.expectNothing();
    assertThat(taken.get(1)).as("interrupts on CPU 1").hasCount(3);
    assertThat(taken.get(2)).as("interrupts on CPU 2").hasCount(0);
    assertThat(taken.get(0)).as("interrupts on the sender").hasCount(0);
  }

  @Test
  @Covers("LAPIC-ICR-001")
  void theLowBitsOfTheHighHalfDoNotMatter(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    for (Cpu target : machine.cpus()) {
      int destination = target.apicId() << 24;
      cpu.run(
          lapic.writing(LapicRegister.ICR_HIGH, destination | ~DESTINATION),
          lapic.writing(LapicRegister.ICR, InterruptCommand.fixed(VECTOR).raw()));
      target.sti();
      target.serve(VECTOR);
      target.cli();
      assertThat(lapic.read(LapicRegister.ICR_HIGH) & DESTINATION)
          .as("ICR high")
          .isEqualTo(destination);
      machine.expectNothing();
    }
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-002")
  void deliveryStatusReturnsToIdle(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Shorthand shorthand : Shorthand.values()) {
      cases.each(
          Commands.issuedAsEdge(DeliveryMode.FIXED, shorthand, VECTOR),
          command -> {
            // also written as one: it is read-only and must not keep the IPI from being sent
            for (long status : new long[] {0, InterruptCommand.DELIVERY_STATUS}) {
              InterruptCommand sent =
                  InterruptCommand.of(command.raw() | status)
                      .withLogical(false)
                      .withDestination(machine.cpu(1).apicId());
              receivers.verify(
                  cpu,
                  sent,
                  each ->
                      shorthand == Shorthand.NONE
                          ? each.index() == 1
                          : Commands.selects(shorthand, cpu, each));
              assertThat(machine.settle(() -> isIdle(lapic)))
                  .as("delivery status is idle")
                  .isTrue();
            }
          });
    }
    receivers.verifyQuiet();
  }

  @Test
  @Covers("LAPIC-ICR-002")
  void deliveryStatusReturnsToIdleWhileTheTargetHoldsTheRequest(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    target.lapic().setTpr(0xFF);
    for (int i = 0; i < 3; i++) {
      cpu.lapic().sendIpi(target, VECTOR);
      assertThat(machine.settle(() -> isIdle(cpu.lapic()))).as("delivery status is idle").isTrue();
    }
    assertThat(target.lapic()).requests(VECTOR);
    target.sti();
    target.lapic().setTpr(0);
    target.serve(VECTOR);
  }

  private static boolean isIdle(LocalApic lapic) {
    return (lapic.read(LapicRegister.ICR) & InterruptCommand.DELIVERY_STATUS) == 0;
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-004")
  void theLowHalfReadsBack(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    // LDR is 0: logical destination 0 and this unused ID address nobody
    int nobody = 0;
    while (machine.description().apicIds().contains(nobody)) {
      nobody++;
    }
    int unused = nobody << 24;
    List<InterruptCommand> commands = new ArrayList<>();
    for (DeliveryMode mode :
        List.of(DeliveryMode.FIXED, DeliveryMode.NMI, DeliveryMode.INIT, DeliveryMode.STARTUP)) {
      commands.addAll(Commands.all(mode, Shorthand.NONE, 0));
    }
    for (InterruptCommand command : commands) {
      lapic.write(LapicRegister.ICR_HIGH, command.logical() ? 0 : unused);
      cases.each(SOME_VECTORS, vector -> assertReadsBack(lapic, command.withVector(vector)));
    }
    lapic.write(LapicRegister.ICR_HIGH, unused);
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> assertReadsBack(lapic, InterruptCommand.fixed(vector)));
    machine.expectNothing();
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-004")
  void shorthandsReadBack(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    machine.cpus().forEach(each -> each.countInterrupts(VECTOR));
    machine.cpus().forEach(Cpu::sti);
    for (Shorthand shorthand : Shorthand.values()) {
      if (shorthand != Shorthand.NONE) {
        cases.each(
            Commands.issuedAsEdge(DeliveryMode.FIXED, shorthand, VECTOR),
            command -> assertReadsBack(lapic, command));
      }
    }
    machine.expectNothing();
  }

  private static void assertReadsBack(LocalApic lapic, InterruptCommand command) {
    int read =
        (int)
            lapic.cpu()
                .run(
                    lapic.writing(LapicRegister.ICR, command.low()),
                    lapic.reading(LapicRegister.ICR))[0];
    assertThat(read & KEPT)
        .as(() -> "ICR low after " + Commands.text(command))
        .isEqualTo(command.low() & KEPT);
    int issued = (int) InterruptCommand.LEVEL_ASSERT;
    assertThat(read & AS_ISSUED)
        .as(() -> "level and trigger mode after " + Commands.text(command))
        .isIn(command.low() & AS_ISSUED, issued);
  }

  @Test
  @Covers("LAPIC-ICR-004")
  void reservedBitsDoNotAffectTheSending(Machine machine, Cpu cpu) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    Cpu target = machine.cpu(1);
    InterruptCommand good = InterruptCommand.fixed(VECTOR).withDestination(target.apicId());
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((RESERVED_LOW & 1 << bit) != 0) {
        long reserved = Integer.toUnsignedLong(1 << bit);
        receivers.verify(cpu, InterruptCommand.of(good.raw() | reserved), each -> each == target);
        assertThat(cpu.lapic().read(LapicRegister.ICR) & KEPT)
            .as("ICR low")
            .isEqualTo(good.low() & KEPT);
      }
    }
    long all = Integer.toUnsignedLong(RESERVED_LOW);
    receivers.verify(cpu, InterruptCommand.of(good.raw() | all), each -> each == target);
    receivers.verify(
        cpu,
        InterruptCommand.of(good.raw() | all).withShorthand(Shorthand.SELF),
        each -> each == cpu);
    receivers.verifyQuiet();
  }

  @Test
  @Covers({"LAPIC-ICR-001", "LAPIC-ICR-004"})
  void aShorthandKeepsTheStoredDestination(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    int destination = machine.cpu(2).apicId() << 24;
    Receivers receivers = Receivers.of(machine, VECTOR);
    lapic.write(LapicRegister.ICR_HIGH, destination);
    cpu.run(
        lapic.writing(
            LapicRegister.ICR, InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.SELF).raw()),
        new Instruction.Nop());
    machine.settle(() -> !receivers.soFar().isEmpty());
    assertThat(receivers.soFar()).as("receivers").containsExactly(cpu);
    assertThat(lapic.read(LapicRegister.ICR_HIGH) & DESTINATION)
        .as("ICR high")
        .isEqualTo(destination);
    receivers.verifyQuiet();
  }
}
