package io.apictck.suites.msi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.PagingEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/**
 * Messages among other writes (Intel SDM Vol. 3A, "Message Signalled Interrupts"; PCI Local Bus
 * Specification, "Transaction Ordering and Posting").
 */
@Conformance
@OnMachine(processors = 2)
final class MessageOrderTests {
  private static final int VECTOR = 0x61;
  private static final int ROUNDS = 1000;
  private static final long TPR = 0x80;

  @InEachApicMode
  @Sweep(sample = 200)
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("MSI-MSG-017")
  void theHandlerSeesWhatWasWrittenBefore(Machine machine, Cases cases) {
    Cpu target = machine.cpu(1);
    target.sti();
    long message = MessageAddress.physical(target.apicId()).physicalAddress();
    cases.range(
        1,
        ROUNDS,
        round -> {
          long place = machine.scratch(round % 16 * 64L);
          machine.deviceWrite(place, round);
          machine.deviceWrite(message, VECTOR);
          target.takeInterrupt(VECTOR);
          assertThat(target.read32(place)).as("number written before the message").isEqualTo(round);
          target.finishInterrupt();
        });
    machine.expectNothing();
  }

  /** FEE0_0000h is the page of the local APIC for processors, a message for devices. */
  @Test
  @Covers("MSI-MSG-015")
  void aStoreOfAProcessorIsARegisterWrite(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    machine.cpus().forEach(Cpu::sti);
    cpu.write32(cpu.lapic().address() + TPR, 0x30);
    assertThat(cpu.lapic()).hasTpr(0x30);
    assertThat(other.lapic()).hasTpr(0);
    // as messages these would have vector 61h for APIC ID 0
    cpu.write32(cpu.lapic().address(), VECTOR);
    cpu.write32(cpu.lapic().address() + TPR, VECTOR);
    other.write32(other.lapic().address() + TPR, 0x20);
    machine.expectNothing();
    assertThat(cpu.lapic()).hasTpr(VECTOR).isIdle();
    assertThat(other.lapic()).hasTpr(0x20).isIdle();
  }

  @Test
  @Records
  @Covers("MSI-MSG-015")
  void storesToOtherPagesOfTheRange(Machine machine, Cpu cpu) {
    Counter own = cpu.countInterrupts(VECTOR);
    Counter others = machine.cpu(1).countInterrupts(VECTOR);
    machine.cpus().forEach(Cpu::sti);
    for (int page = 1; page <= 0xFF; page++) {
      cpu.write32(
          MessageAddress.physical(0).physicalAddress() + (long) page * PagingEntry.PAGE, VECTOR);
    }
    machine.expectNothing();
    machine.observe("interrupts of the storing processor", own.count());
    machine.observe("interrupts of the other processor", others.count());
  }
}
