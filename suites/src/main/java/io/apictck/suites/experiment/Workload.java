package io.apictck.suites.experiment;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.suites.support.SelfIpi;
import io.apictck.suites.support.hypervisor.VirtualMachine;
import io.apictck.suites.support.hypervisor.VirtualProcessor;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the first guest does: two writes of the task priority, a self IPI, an IPI to the second
 * guest, an interrupt of a device, a timer interrupt; and four ends of interrupt, one of them of
 * the second guest.
 */
final class Workload {
  private static final int SELF = 0x41;
  private static final int IPI = 0x51;
  private static final int DEVICE = 0x61;
  private static final int DEVICE_OF_HOST = 0x71;
  private static final int TIMER = 0x81;
  private static final int TICKS = 100;
  private static final int LOW_PRIORITY = 0x10;

  private final Machine machine;
  private final VirtualMachine guests;
  private final DevicePath device;
  private final VirtualProcessor first;
  private final VirtualProcessor second;

  Workload(Machine machine, VirtualMachine guests, DevicePath device) {
    this.machine = machine;
    this.guests = guests;
    this.device = device;
    first = guests.processor(0);
    second = guests.processor(1);
  }

  /** Prepares what must be there before the guests are entered. */
  void prepare() {
    device.prepare(machine, first, vectorOfDevice());
  }

  /** The vector that the interrupt of the device has on its way. */
  private int vectorOfDevice() {
    return device.posts() || first.passesThrough() ? DEVICE : DEVICE_OF_HOST;
  }

  /**
   * Runs it, both guests are entered; gives the VM exits from the device's interrupt to its EOI.
   */
  Map<ExitReason, Integer> run() {
    Cpu guest = first.cpu();
    Counter taken = guest.countInterrupts(SELF, TIMER);
    Counter taken2 = second.cpu().countInterrupts(SELF, TIMER);
    guest.sti();
    second.cpu().sti();
    guest.lapic().setTpr(LOW_PRIORITY);
    guest.lapic().setTpr(0);
    sendSelfIpi(guest);
    await(taken, 1);
    guest.lapic().send(InterruptCommand.fixed(IPI).withDestination(second.id()));
    await(taken2, 1);
    first.route(DEVICE_OF_HOST, DEVICE);
    Map<ExitReason, Integer> before = Map.copyOf(guests.exits());
    device.send(machine, first, vectorOfDevice());
    await(taken, 2);
    Map<ExitReason, Integer> ofDevice = new EnumMap<>(ExitReason.class);
    guests
        .exits()
        .forEach((reason, count) -> {
          if (count > before.getOrDefault(reason, 0)) {
            ofDevice.put(reason, count - before.getOrDefault(reason, 0));
          }
        });
    guest.lapic().startTimer(TimerMode.ONE_SHOT, TIMER, TimerDivide.BY_1, TICKS);
    await(taken, 3);
    machine.expectNothing();
    assertThat(taken).hasVectors(SELF, DEVICE, TIMER);
    assertThat(taken2).hasVectors(IPI);
    return ofDevice;
  }

  private void sendSelfIpi(Cpu guest) {
    if (guest.lapic().mode() == ApicMode.X2APIC) {
      guest.lapic().writeSelfIpiRegister(SELF);
    } else {
      guest.run(SelfIpi.of(guest.lapic(), SELF));
    }
  }

  private void await(Counter taken, int count) {
    machine.settle(() -> taken.count() >= count);
    assertThat(taken).hasCount(count);
  }
}
