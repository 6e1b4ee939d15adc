package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import io.apictck.suites.support.Startup;
import org.junit.jupiter.api.BeforeEach;

/** Delivery modes of entries (82093AA data sheet, "I/O Redirection Table Registers"). */
@Conformance
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
final class DeliveryModeTests {
  private static final int VECTOR = 0x55;
  private static final int LOWEST_LEGAL = 0x10;

  private Pin pin;

  @BeforeEach
  void choosePin(Machine machine) {
    pin = Pin.fromLast(machine, 0);
  }

  private static RedirectionEntry entry(DeliveryMode mode, int vector, Cpu target) {
    return RedirectionEntry.fixed(vector, target.apicId()).withDeliveryMode(mode);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("IOA-DLV-001")
  void fixedReachesTheAddressedProcessor(Machine machine) {
    machine.cpus().forEach(Cpu::sti);
    for (boolean level : new boolean[] {false, true}) {
      for (Cpu target : machine.cpus().subList(0, 2)) {
        pin.set(entry(DeliveryMode.FIXED, VECTOR, target).withLevel(level));
        pin.raise();
        target.takeInterrupt(VECTOR);
        pin.lower();
        target.finishInterrupt();
        machine.expectNothing();
      }
    }
    machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle());
    pin.release();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Requires(stimuli = Stimulus.SMI)
  @Covers("IOA-DLV-004")
  void smiIsASystemManagementInterrupt(Machine machine) {
    machine.cpus().forEach(Cpu::sti);
    for (Cpu target : machine.cpus().subList(0, 2)) {
      pin.set(entry(DeliveryMode.SMI, 0, target));
      pin.pulse();
      target.takeSmi();
      assertThat(target.lapic()).isIdle();
      target.iret();
      machine.expectNothing();
    }
    machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle().hasNoErrors());
    pin.release();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("IOA-DLV-005")
  void nmiIgnoresTheVectorAndTheLocalApic(Machine machine) {
    for (Cpu target : machine.cpus().subList(0, 2)) {
      for (int vector : new int[] {VECTOR, 0, 0xFF}) {
        pin.set(entry(DeliveryMode.NMI, vector, target));
        pin.pulse();
        target.takeNmi();
        assertThat(target.lapic()).isIdle();
        assertThat(pin.inFlight()).as("remote IRR of an NMI").isFalse();
        target.iret();
        machine.expectNothing();
      }
    }
    // no EOI in between
    pin.pulse();
    machine.cpu(1).takeNmi();
    machine.cpu(1).iret();
    machine.expectNothing();
    machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle().hasNoErrors());
    pin.release();
  }

  @InEachApicMode
  @Records
  @Covers("IOA-DLV-006")
  void nmiProgrammedAsLevel(Machine machine, Cpu cpu) {
    Counter taken = cpu.onNmi(InterruptHandler.RETURN);
    pin.set(entry(DeliveryMode.NMI, VECTOR, cpu).withLevel(true));
    for (int i = 1; i <= 3; i++) {
      pin.pulse();
      machine.expectNothing();
      machine.observe("NMIs after pulse " + i, taken.count());
      machine.observe("remote IRR after pulse " + i, pin.inFlight());
    }
    assertThat(cpu.lapic()).isIdle();
    pin.release();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("IOA-DLV-007")
  void initResetsAProcessorThatThenWaitsForItsStart(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    pin.set(entry(DeliveryMode.INIT, 0, target));
    pin.pulse();
    target.expectInit();
    assertThat(target.waitsForSipi()).as("waits for a start-up IPI").isTrue();
    machine.expectNothing();
    Startup.start(cpu, target);
    target.nop();
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
    pin.release();
  }

  @InEachApicMode
  @Covers("IOA-DLV-010")
  void illegalVectorsAreAnErrorOfTheReceiver(Machine machine, Cpu cpu) {
    cpu.sti();
    for (int vector = 0; vector < LOWEST_LEGAL; vector++) {
      cpu.lapic().latchErrors();
      cpu.lapic().latchErrors();
      pin.set(entry(DeliveryMode.FIXED, vector, cpu));
      pin.pulse();
      machine.expectNothing();
      assertThat(cpu.lapic()).isIdle().hasErrors(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    }
    // the pin is not the worse for it
    pin.routeEdge(LOWEST_LEGAL, cpu);
    pin.pulse();
    cpu.serve(LOWEST_LEGAL);
    pin.release();
  }

  @InEachApicMode
  @Records
  @Covers("IOA-DLV-011")
  void reservedModes(Machine machine, Cpu cpu) {
    Counter taken = cpu.countInterrupts(VECTOR);
    cpu.sti();
    for (DeliveryMode mode : new DeliveryMode[] {DeliveryMode.RESERVED_3, DeliveryMode.STARTUP}) {
      taken.clear();
      pin.set(entry(mode, VECTOR, cpu));
      pin.pulse();
      machine.expectNothing();
      machine.observe("interrupts of mode " + mode.code(), taken.count());
    }
    assertThat(cpu.lapic()).isIdle();
    pin.routeEdge(VECTOR, cpu);
    taken.clear();
    pin.pulse();
    machine.settle(() -> taken.count() > 0);
    assertThat(taken).hasCount(1);
    pin.release();
  }
}
