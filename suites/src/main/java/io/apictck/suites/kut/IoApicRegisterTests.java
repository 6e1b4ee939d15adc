package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Registers of the I/O APIC (ioapic.c: version, ID, arbitration). */
@Conformance
@Requires(Feature.IO_APIC)
final class IoApicRegisterTests {
  private static final int ID_BITS = 0x0F00_0000;

  @Test
  @Covers("IOA-REG-003")
  @Ports("KUT-IOAPIC-001")
  void versionIsReadOnly(Machine machine) {
    IoApic ioApic = machine.ioApic();
    int version = ioApic.read(IoApic.VERSION);
    ioApic.write(IoApic.VERSION, ~version);
    assertThat(ioApic.read(IoApic.VERSION)).as("version register").isEqualTo(version);
  }

  /** The original refuses an ID of eight bits, which later parts have. */
  @Test
  @Covers("IOA-REG-002")
  @Ports("KUT-IOAPIC-002")
  void onlyTheIdIsWritable(Machine machine) {
    IoApic ioApic = machine.ioApic();
    int id = ioApic.read(IoApic.ID);
    ioApic.write(IoApic.ID, ~id);
    assertThat(id ^ ioApic.read(IoApic.ID))
        .as("bits of the ID register that changed")
        .isIn(ID_BITS, 0xFF00_0000);
  }

  @Test
  @Covers("IOA-REG-004")
  @Ports({"KUT-IOAPIC-003", "KUT-IOAPIC-004"})
  void arbitrationIdFollowsTheIdAndIsReadOnly(Machine machine) {
    IoApic ioApic = machine.ioApic();
    ioApic.write(IoApic.ID, ID_BITS);
    int arbitration = ioApic.read(IoApic.ARBITRATION);
    Assumptions.assumeTrue(arbitration != 0, "an arbitration register that is not always zero");
    assertThat(arbitration).as("arbitration register").isEqualTo(ID_BITS);
    ioApic.write(IoApic.ARBITRATION, 0);
    assertThat(ioApic.read(IoApic.ARBITRATION))
        .as("arbitration register after a write")
        .isEqualTo(ID_BITS);
  }
}
