package io.apictck.arch;

/**
 * An interrupt controller structure of the multiple APIC description table (ACPI Specification,
 * "Interrupt Controller Structure Types").
 */
public sealed interface MadtEntry {
  /** Flags of processors, bit 0. */
  int ENABLED = 1;

  /** A processor with an 8-bit APIC ID. */
  record LocalApic(int uid, int apicId, int flags) implements MadtEntry, Processor {}

  /** A processor with a 32-bit APIC ID. */
  record LocalX2apic(int apicId, int flags, int uid) implements MadtEntry, Processor {}

  /** An I/O APIC. */
  record IoApic(int id, long address, int gsiBase) implements MadtEntry {}

  /** The global system interrupt and the flags of an interrupt of bus 0, ISA. */
  record SourceOverride(int bus, int irq, int gsi, IntiFlags flags) implements MadtEntry {}

  /** A global system interrupt that is an NMI. */
  record NmiSource(IntiFlags flags, int gsi) implements MadtEntry {}

  /** The pin of a processor, or of all (FFh), that NMI is wired to. */
  record LocalApicNmi(int uid, IntiFlags flags, int pin) implements MadtEntry, LocalNmi {
    @Override
    public boolean concernsAll() {
      return uid == 0xFF;
    }
  }

  /** As {@link LocalApicNmi} for UIDs of 32 bits; FFFFFFFFh for all. */
  record LocalX2apicNmi(IntiFlags flags, int uid, int pin) implements MadtEntry, LocalNmi {
    @Override
    public boolean concernsAll() {
      return uid == -1;
    }
  }

  /** The 64-bit address of the local APIC registers. */
  record AddressOverride(long address) implements MadtEntry {}

  /** A structure of another type. */
  record Other(int type) implements MadtEntry {}

  /** Either kind of processor. */
  sealed interface Processor permits LocalApic, LocalX2apic {
    /** ACPI processor UID. */
    int uid();

    /** APIC ID. */
    int apicId();

    /** {@link MadtEntry#ENABLED}. */
    int flags();

    /** Whether software can use the processor. */
    default boolean enabled() {
      return (flags() & ENABLED) != 0;
    }
  }

  /** Either kind of NMI pin. */
  sealed interface LocalNmi permits LocalApicNmi, LocalX2apicNmi {
    /** ACPI processor UID. */
    int uid();

    /** Whether it holds for all processors. */
    boolean concernsAll();

    /** Polarity and trigger mode. */
    IntiFlags flags();

    /** 0 for LINT0, 1 for LINT1. */
    int pin();
  }
}
