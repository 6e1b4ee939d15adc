package io.apictck.suites.msi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Listeners;
import io.apictck.suites.support.Startup;
import io.apictck.suites.support.Vectors;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a message asks for (Intel SDM Vol. 3A, "Message Data Register Format"). */
@Conformance
@OnMachine(processors = 2)
@Requires(stimuli = Stimulus.DEVICE_WRITE)
final class MessageDataTests {
  private static final int VECTOR = 0x55;
  private static final int LAST_LEGAL = 0xFE;

  /** Bits 15:14 in all combinations. */
  private static final List<Integer> TRIGGERS =
      List.of(
          0,
          MessageData.LEVEL_ASSERT,
          MessageData.TRIGGER_LEVEL,
          MessageData.TRIGGER_LEVEL | MessageData.LEVEL_ASSERT);

  private static void send(Machine machine, Cpu target, int data) {
    machine.deviceWrite(MessageAddress.physical(target.apicId()).physicalAddress(), data);
  }

  @InEachApicMode
  @Sweep
  @Covers({"MSI-MSG-006", "MSI-MSG-009"})
  void deliversItsVectorAsAnEdge(Machine machine, Cases cases) {
    Cpu target = machine.cpu(1);
    Vectors.makeAllOrdinary(target.lapic());
    target.sti();
    for (int level : List.of(0, MessageData.LEVEL_ASSERT)) {
      cases.range(
          Vectors.FIRST,
          LAST_LEGAL,
          vector -> {
            send(machine, target, level | vector);
            target.takeInterrupt(vector);
            assertThat(target.lapic())
                .isServicing(vector)
                .requestsNothing()
                .hasTriggerMode(vector, false);
            target.finishInterrupt();
          });
    }
    machine.expectNothing();
    assertThat(target.lapic()).isIdle().hasNoErrors();
    assertThat(machine.cpu(0).lapic()).isIdle();
  }

  /** What an earlier level left in TMR is overwritten by an edge. */
  @InEachApicMode
  @Covers({"MSI-MSG-009", "MSI-MSG-010"})
  void theTriggerModeIsThatOfTheLastMessage(Machine machine) {
    Cpu target = machine.cpu(1);
    target.sti();
    for (boolean level : List.of(true, false, true, false)) {
      MessageData data = level ? MessageData.fixedLevel(VECTOR) : MessageData.fixed(VECTOR);
      send(machine, target, data.raw());
      target.takeInterrupt(VECTOR);
      assertThat(target.lapic()).hasTriggerMode(VECTOR, level);
      target.finishInterrupt();
    }
    machine.expectNothing();
  }

  @InEachApicMode
  @Sweep
  @Covers("MSI-MSG-007")
  void illegalVectorsAreNotDelivered(Machine machine, Cases cases) {
    Cpu target = machine.cpu(1);
    target.sti();
    cases.range(
        0,
        Vectors.FIRST - 1,
        vector -> {
          send(machine, target, vector);
          machine.expectNothing();
          assertThat(target.lapic()).isIdle();
        });
  }

  @InEachApicMode
  @Sweep
  @Covers("MSI-MSG-007")
  void illegalVectorsAreErrorsOfTheReceiver(Machine machine, Cases cases) {
    Cpu target = machine.cpu(1);
    target.lapic().latchErrors();
    cases.range(
        0,
        Vectors.FIRST - 1,
        vector -> {
          send(machine, target, vector);
          machine.expectNothing();
          assertThat(target.lapic()).hasErrors(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
          assertThat(machine.cpu(0).lapic()).hasNoErrors();
        });
  }

  @InEachApicMode
  @Covers({"MSI-MSG-008", "MSI-MSG-011"})
  void nmiIsAnEdgeWithoutVector(Machine machine) {
    Cpu target = machine.cpu(1);
    for (int trigger : TRIGGERS) {
      for (int vector : List.of(0, VECTOR, 0xFF)) {
        send(machine, target, trigger | MessageData.of(DeliveryMode.NMI, vector).raw());
        target.takeNmi();
        assertThat(target.lapic()).isIdle();
        assertThat(target.lapic().tmr()).as("TMR").isEmptySet();
        target.iret();
        machine.expectNothing();
      }
    }
    assertThat(target.lapic()).hasNoErrors();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.SMI)
  @Covers("MSI-MSG-008")
  void smi(Machine machine) {
    Cpu target = machine.cpu(1);
    send(machine, target, MessageData.of(DeliveryMode.SMI, 0).raw());
    target.takeSmi();
    assertThat(target.lapic()).isIdle();
    target.iret();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers({"MSI-MSG-008", "MSI-MSG-011"})
  void initIsAnEdge(Machine machine) {
    Cpu target = machine.cpu(1);
    for (int trigger : List.of(0, MessageData.TRIGGER_LEVEL | MessageData.LEVEL_ASSERT)) {
      send(machine, target, trigger | MessageData.of(DeliveryMode.INIT, 0).raw());
      target.expectInit();
      machine.expectNothing();
      Startup.start(machine.cpu(0), target);
    }
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.SUPPLIED_VECTOR)
  @OnMachine(processors = 1)
  @Covers({"MSI-MSG-008", "MSI-MSG-011"})
  void externalInterruptsAreAcknowledgedAtTheController(Machine machine, Cpu cpu) {
    machine.supplyVector(0x77);
    cpu.sti();
    for (int trigger : List.of(0, MessageData.TRIGGER_LEVEL | MessageData.LEVEL_ASSERT)) {
      send(machine, cpu, trigger | MessageData.of(DeliveryMode.EXT_INT, VECTOR).raw());
      cpu.takeInterrupt(0x77);
      assertThat(cpu.lapic()).isIdle();
      assertThat(cpu.lapic().tmr()).as("TMR").isEmptySet();
      cpu.iret();
      machine.expectNothing();
    }
  }

  @InEachApicMode
  @Sweep
  @Covers("MSI-MSG-010")
  void anAssertedLevelIsDeliveredAsALevel(Machine machine, Cases cases) {
    Cpu target = machine.cpu(1);
    Vectors.makeAllOrdinary(target.lapic());
    target.sti();
    cases.range(
        Vectors.FIRST,
        LAST_LEGAL,
        vector -> {
          send(machine, target, MessageData.fixedLevel(vector).raw());
          target.takeInterrupt(vector);
          assertThat(target.lapic())
              .isServicing(vector)
              .requestsNothing()
              .hasTriggerMode(vector, true);
          target.finishInterrupt();
        });
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("MSI-MSG-010")
  void aDeassertedLevelDoesNothing(Machine machine) {
    Cpu target = machine.cpu(1);
    int deassertion = MessageData.TRIGGER_LEVEL | VECTOR;
    target.sti();
    send(machine, target, deassertion);
    machine.expectNothing();
    assertThat(target.lapic()).isIdle();
    target.cli();
    send(machine, target, MessageData.fixedLevel(VECTOR).raw());
    machine.settle(() -> !target.lapic().irr().isEmpty());
    send(machine, target, deassertion);
    machine.expectNothing();
    assertThat(target.lapic()).requests(VECTOR).isServicingNothing();
    target.sti();
    target.takeInterrupt(VECTOR);
    send(machine, target, deassertion);
    assertThat(target.lapic()).isServicing(VECTOR).requestsNothing();
    target.finishInterrupt();
    machine.expectNothing();
    assertThat(target.lapic()).isIdle();
  }

  @Test
  @Records
  @Covers("MSI-MSG-008")
  void reservedModes(Machine machine) {
    Listeners listeners = Listeners.of(machine);
    Cpu target = machine.cpu(1);
    long address = MessageAddress.physical(target.apicId()).physicalAddress();
    for (DeliveryMode mode : List.of(DeliveryMode.RESERVED_3, DeliveryMode.STARTUP)) {
      machine.observe(
          "taken of mode " + mode, listeners.observe(address, MessageData.of(mode, VECTOR).raw()));
    }
    listeners.verify(address, VECTOR, VECTOR, target::equals);
  }

  /**
   * An error interrupt of the receiver tells of the illegal vector, not one of another processor.
   */
  @InEachApicMode
  @Covers("MSI-MSG-007")
  void anIllegalVectorRaisesTheErrorInterruptOfTheReceiver(Machine machine) {
    Cpu target = machine.cpu(1);
    machine
        .cpus()
        .forEach(cpu -> cpu.lapic().setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(0x91)));
    machine.cpus().forEach(Cpu::sti);
    send(machine, target, 5);
    target.takeInterrupt(0x91);
    assertThat(target.lapic()).hasErrors(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    target.finishInterrupt();
    machine.expectNothing();
  }

  /** Several messages that wait are delivered by priority, each once. */
  @InEachApicMode
  @Covers("MSI-MSG-006")
  void messagesThatWaitAreDeliveredByPriority(Machine machine) {
    Cpu target = machine.cpu(1);
    List<Integer> vectors = List.of(0x41, 0xC1, 0x81, 0x42);
    vectors.forEach(vector -> send(machine, target, vector));
    machine.settle(() -> target.lapic().irr().equals(VectorSet.of(0x41, 0x42, 0x81, 0xC1)));
    assertThat(target.lapic()).requests(0x41, 0x42, 0x81, 0xC1);
    target.sti();
    for (int vector : List.of(0xC1, 0x81, 0x42, 0x41)) {
      target.serve(vector);
    }
    machine.expectNothing();
  }
}
