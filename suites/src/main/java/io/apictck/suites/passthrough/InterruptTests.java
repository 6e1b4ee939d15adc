package io.apictck.suites.passthrough;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.GuestSignals;
import io.apictck.suites.support.Pin;
import io.apictck.suites.support.Startup;
import io.apictck.suites.support.hypervisor.VirtualMachine;
import io.apictck.suites.support.hypervisor.VirtualProcessor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Interrupts of guests with the physical local APIC (ACRN, "Partition Mode"; Intel SDM Vol. 3C,
 * "Other Causes of VM Exits").
 */
@Conformance
@Requires({Feature.VMX, Feature.X2APIC, Feature.MSR_BITMAPS, Feature.VIRTUALIZE_APIC_ACCESSES})
final class InterruptTests {
  private static final int VECTOR = 0x61;

  private static RedirectionEntry level(Cpu cpu) {
    return RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(true);
  }

  @Test
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Ports({"KUT-VMX-PT-001", "KUT-VMX-PT-002"})
  @Covers({"LPT-INT-001", "LPT-INT-005"})
  void theEndOfInterruptOfTheGuestClearsRemoteIrr(Machine machine, Cpu cpu) {
    VirtualMachine guests = PassThrough.running(cpu);
    VirtualProcessor guest = guests.processor(0);
    guest.vcpu().leave();
    Pin pin = Pin.fromLast(machine, 0);
    pin.ioApic().setEntry(pin.input(), level(cpu));
    guest.vcpu().enter();
    guest.cpu().sti();
    machine.line(pin.gsi(), true);
    guest.cpu().takeInterrupt(VECTOR);
    machine.line(pin.gsi(), false);
    guest.vcpu().leave();
    assertThat(pin.entry().remoteIrr()).as("remote IRR before the EOI").isTrue();
    assertThat(cpu.lapic()).isServicing(VECTOR).requestsNothing();
    guest.vcpu().enter();
    guest.cpu().lapic().eoi();
    guest.vcpu().leave();
    assertThat(pin.entry().remoteIrr()).as("remote IRR after the EOI").isFalse();
    assertThat(cpu.lapic()).isIdle();
    guest.vcpu().enter();
    guest.cpu().iret();
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
  @Ports("KUT-VMX-PT-003")
  @Covers("LPT-INT-001")
  void anEntryThatAnotherProcessorProgramsWhileTheGuestRuns(Machine machine) {
    Cpu host = machine.cpu(1);
    VirtualMachine guests = PassThrough.running(host);
    VirtualProcessor guest = guests.processor(0);
    guest.cpu().sti();
    Pin pin = Pin.fromLast(machine, 0);
    pin.ioApic().setEntry(pin.input(), level(host));
    machine.line(pin.gsi(), true);
    guest.cpu().takeInterrupt(VECTOR);
    machine.line(pin.gsi(), false);
    assertThat(pin.entry().remoteIrr()).as("remote IRR before the EOI").isTrue();
    guest.cpu().finishInterrupt();
    machine.expectNothing();
    assertThat(pin.entry().remoteIrr()).as("remote IRR after the EOI").isFalse();
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }

  @Test
  @Covers({"LPT-INT-001", "LPT-INT-006"})
  void thePrioritiesOfThePhysicalLocalApicCount(Machine machine, Cpu cpu) {
    VirtualProcessor guest = PassThrough.running(cpu).processor(0);
    guest.cpu().sti();
    guest.cpu().lapic().setTpr(0x60);
    guest.cpu().lapic().writeSelfIpiRegister(VECTOR);
    machine.expectNothing();
    guest.cpu().start(guest.cpu().lapic().writing(LapicRegister.TPR, 0));
    guest.cpu().takeInterrupt(VECTOR);
    guest.cpu().sti();
    guest.cpu().lapic().writeSelfIpiRegister(VECTOR + 1);
    machine.expectNothing();
    guest.cpu().start(guest.cpu().lapic().endingInterrupt());
    guest.cpu().serve(VECTOR + 1);
    guest.cpu().iret();
  }

  @Test
  @Covers("LPT-INT-006")
  void whatComesInRootOperationWaitsForTheGuest(Machine machine, Cpu cpu) {
    VirtualMachine guests = PassThrough.running(cpu);
    VirtualProcessor guest = guests.processor(0);
    Counter taken = guest.cpu().countInterrupts(VECTOR);
    guest.cpu().sti();
    guest.vcpu().leave();
    cpu.lapic().sendSelfIpi(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    guest.vcpu().enter();
    machine.settle(() -> taken.count() > 0);
    machine.expectNothing();
    assertThat(taken).hasCount(1);
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }

  @Test
  @OnMachine(processors = 2)
  @Records
  @Covers("LPT-INT-007")
  void initGetsAProcessorOutOfTheGuest(Machine machine) {
    Cpu host = machine.cpu(1);
    VirtualMachine guests = PassThrough.running(host);
    VirtualProcessor guest = guests.processor(0);
    BlockRun run = guest.cpu().start(new Instruction.Hlt());
    send(machine, DeliveryMode.INIT);
    machine.settle(() -> !guests.exits().isEmpty());
    assertThat(guests.exits()).as("VM exits").isEqualTo(Map.of(ExitReason.INIT_SIGNAL, 1));
    assertThat(run.running()).as("HLT goes on").isTrue();
    GuestSignals.sendNmi(machine.cpu(0), host);
    guest.cpu().takeNmi();
    guest.cpu().iret();
    guest.vcpu().leave();
    guests.forgetExits();
    send(machine, DeliveryMode.INIT);
    machine.expectNothing();
    guest.vcpu().enter();
    machine.settle(() -> !guests.exits().isEmpty());
    assertThat(guests.exits()).as("VM exits").isEqualTo(Map.of(ExitReason.INIT_SIGNAL, 1));
    machine.observe("INIT in the guest", "exits, and the guest goes on where it was");
  }

  private static void send(Machine machine, DeliveryMode mode) {
    machine
        .cpu(0)
        .lapic()
        .send(InterruptCommand.of(mode, 0).withDestination(machine.cpu(1).apicId()));
  }

  @Test
  @OnMachine(processors = 2)
  @Records
  @Covers("LPT-INT-007")
  void nmiGetsAProcessorOutOfTheGuest(Machine machine) {
    VirtualProcessor guest = PassThrough.running(machine.cpu(1)).processor(0);
    guest.vcpu().leave();
    guest.vcpu().set(VmxControl.NMI_EXITING);
    guest.vcpu().enter();
    assertThat(GuestSignals.nmi(guest.vcpu(), machine.cpu(0)))
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.NMI, 2)
        .hasActivity(ActivityState.ACTIVE);
    machine.observe("NMI in the guest with NMI exiting", "exits");
  }

  @Test
  @OnMachine(processors = 2)
  @Covers({"LPT-INT-001", "LPT-IPI-004"})
  void nmiIsTheGuests(Machine machine) {
    VirtualMachine guests = PassThrough.running(machine.cpu(1));
    VirtualProcessor guest = guests.processor(0);
    GuestSignals.sendNmi(machine.cpu(0), machine.cpu(1));
    guest.cpu().takeNmi();
    GuestSignals.sendNmi(machine.cpu(0), machine.cpu(1));
    machine.expectNothing();
    guest.cpu().start(new Instruction.Iret());
    guest.cpu().takeNmi();
    guest.cpu().iret();
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }

  @Test
  @Covers("LPT-INT-009")
  void nmiAndExceptionsCanStillBeInjected(Machine machine, Cpu cpu) {
    VirtualProcessor guest = PassThrough.running(cpu).processor(0);
    guest.cpu().sti();
    guest.cpu().lapic().setTpr(0xF0);
    guest.cpu().lapic().writeSelfIpiRegister(VECTOR);
    guest.vcpu().leave();
    guest
        .vcpu()
        .write(
            VmcsField.ENTRY_INTERRUPTION_INFORMATION,
            Integer.toUnsignedLong(InterruptionInformation.of(InterruptionType.NMI, 2).raw()));
    guest.vcpu().enter();
    guest.cpu().takeNmi();
    guest.cpu().iret();
    machine.expectNothing();
    assertThat(guest.cpu().lapic()).requests(VECTOR).isServicingNothing();
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("LPT-INT-011")
  void initOfTheProcessorLeavesNothingOfTheGuest(Machine machine) {
    Cpu host = machine.cpu(1);
    VirtualProcessor guest = PassThrough.running(host).processor(0);
    guest.cpu().lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, 100_000_000);
    guest.cpu().lapic().setLvt(LapicRegister.LVT_ERROR, LvtEntry.fixed(VECTOR));
    guest.cpu().sti();
    guest.cpu().lapic().writeSelfIpiRegister(VECTOR);
    guest.cpu().takeInterrupt(VECTOR);
    guest.cpu().lapic().writeSelfIpiRegister(VECTOR);
    guest.vcpu().leave();
    assertThat(host.lapic()).requests(VECTOR).isServicing(VECTOR);
    host.vmx().turnOff();
    Startup.restart(machine.cpu(0), host);
    assertThat(host.lapic())
        .isIdle()
        .hasRegister(LapicRegister.LVT_TIMER, LvtEntry.RESET.raw())
        .hasRegister(LapicRegister.LVT_ERROR, LvtEntry.RESET.raw())
        .hasRegister(LapicRegister.INITIAL_COUNT, 0);
  }

  @Test
  @Covers("LPT-INT-012")
  void hltHaltsAndTheTimerWakes(Machine machine, Cpu cpu) {
    VirtualMachine guests = PassThrough.running(cpu);
    Cpu guest = guests.processor(0).cpu();
    Counter taken = guest.countInterrupts(VECTOR);
    guest.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, 100_000);
    BlockRun run = guest.stiHlt();
    machine.settle(() -> taken.count() > 0);
    run.values();
    assertThat(taken).hasCount(1);
    assertThat(guests.exits()).as("VM exits").isEmpty();
  }
}
