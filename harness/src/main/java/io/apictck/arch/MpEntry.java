package io.apictck.arch;

/**
 * An entry of the MP configuration table (MultiProcessor Specification, "Base MP Configuration
 * Table Entries").
 */
public sealed interface MpEntry {
  /** Destination that stands for all local APICs, or for all I/O APICs. */
  int ALL = 0xFF;

  /** What an interrupt entry tells of. */
  enum InterruptType {
    /** A vectored interrupt. */
    INT,
    /** NMI. */
    NMI,
    /** SMI. */
    SMI,
    /** The INTR output of 8259-compatible controllers. */
    EXT_INT,
    /** A value that is reserved. */
    RESERVED;

    /** The type with a code, 0 to FFh. */
    public static InterruptType of(int code) {
      return switch (code) {
        case 0 -> INT;
        case 1 -> NMI;
        case 2 -> SMI;
        case 3 -> EXT_INT;
        default -> RESERVED;
      };
    }
  }

  /** A processor. */
  record Processor(int apicId, int flags) implements MpEntry {
    /** Whether software can use it. */
    public boolean enabled() {
      return (flags & 1) != 0;
    }

    /** Whether it is the bootstrap processor. */
    public boolean bootstrap() {
      return (flags & 2) != 0;
    }
  }

  /** A bus, with a name as {@code ISA}. */
  record Bus(int id, String name) implements MpEntry {}

  /** An I/O APIC. */
  record IoApic(int id, int version, boolean enabled, long address) implements MpEntry {}

  /** What an input of an I/O APIC is wired to. */
  record IoInterrupt(InterruptType type, IntiFlags flags, int bus, int irq, int apic, int input)
      implements MpEntry {}

  /** What a pin of local APICs is wired to. */
  record LocalInterrupt(InterruptType type, IntiFlags flags, int bus, int irq, int apic, int pin)
      implements MpEntry {}
}
