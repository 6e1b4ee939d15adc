package io.apictck.arch;

import static io.apictck.arch.Access.ABSENT;
import static io.apictck.arch.Access.READ_ONLY;
import static io.apictck.arch.Access.READ_WRITE;
import static io.apictck.arch.Access.WRITE_ONLY;

import java.util.Optional;

/**
 * The local APIC register map (Intel SDM Vol. 3A, "The Local APIC Block Diagram", "x2APIC Register
 * Address Space").
 *
 * <p>ISR, TMR and IRR stand for eight registers each: {@link #offset(int)} and {@link #msr(int)}
 * take the index.
 */
public enum LapicRegister {
  ID(0x020, READ_ONLY, READ_ONLY, 0, 0xFF00_0000, 0),
  VERSION(0x030, READ_ONLY, READ_ONLY, 0, 0x01FF_00FF, 0),
  /** Task priority. */
  TPR(0x080, READ_WRITE, READ_WRITE, 0, 0xFF, 0xFF),
  /** Arbitration priority, P6 family and Pentium only. */
  APR(0x090, READ_ONLY, ABSENT, 0, 0xFF, 0),
  /** Processor priority. */
  PPR(0x0A0, READ_ONLY, READ_ONLY, 0, 0xFF, 0),
  EOI(0x0B0, WRITE_ONLY, WRITE_ONLY, 0, 0, 0),
  /** Remote read, P6 family and Pentium only. */
  RRD(0x0C0, READ_ONLY, ABSENT, 0, 0xFFFF_FFFF, 0),
  /** Logical destination. */
  LDR(0x0D0, READ_WRITE, READ_ONLY, 0, 0xFF00_0000, 0),
  /** Destination format; bits 27:0 read as ones. */
  DFR(0x0E0, READ_WRITE, ABSENT, 0xFFFF_FFFF, 0xF000_0000, 0),
  /** Spurious-interrupt vector: see {@link SpuriousInterruptVector}. */
  SVR(0x0F0, READ_WRITE, READ_WRITE, 0xFF, 0x1FF, 0x1FF),
  /** In-service, eight registers. */
  ISR(0x100, READ_ONLY, READ_ONLY, 0, 0xFFFF_FFFF, 0),
  /** Trigger mode, eight registers. */
  TMR(0x180, READ_ONLY, READ_ONLY, 0, 0xFFFF_FFFF, 0),
  /** Interrupt request, eight registers. */
  IRR(0x200, READ_ONLY, READ_ONLY, 0, 0xFFFF_FFFF, 0),
  /** Error status: see {@link ErrorStatus}; a write loads what happened since the last write. */
  ESR(0x280, READ_WRITE, READ_WRITE, 0, ErrorStatus.DEFINED, 0),
  LVT_CMCI(0x2F0, READ_WRITE, READ_WRITE, LvtEntry.MASK, Fields.EVENT, Fields.EVENT),
  /** Low half in xAPIC mode; all 64 bits in x2APIC mode. */
  ICR(
      0x300,
      READ_WRITE,
      READ_WRITE,
      0,
      (int) InterruptCommand.DEFINED_LOW,
      InterruptCommand.DEFINED_LOW | 0xFFFF_FFFF_0000_0000L),
  ICR_HIGH(0x310, READ_WRITE, ABSENT, 0, 0xFF00_0000, 0),
  LVT_TIMER(0x320, READ_WRITE, READ_WRITE, LvtEntry.MASK, Fields.TIMER, Fields.TIMER),
  LVT_THERMAL(0x330, READ_WRITE, READ_WRITE, LvtEntry.MASK, Fields.EVENT, Fields.EVENT),
  LVT_PERFORMANCE(0x340, READ_WRITE, READ_WRITE, LvtEntry.MASK, Fields.EVENT, Fields.EVENT),
  LVT_LINT0(0x350, READ_WRITE, READ_WRITE, LvtEntry.MASK, Fields.LINT, Fields.LINT),
  LVT_LINT1(0x360, READ_WRITE, READ_WRITE, LvtEntry.MASK, Fields.LINT, Fields.LINT),
  LVT_ERROR(0x370, READ_WRITE, READ_WRITE, LvtEntry.MASK, Fields.ERROR, Fields.ERROR),
  INITIAL_COUNT(0x380, READ_WRITE, READ_WRITE, 0, 0xFFFF_FFFF, 0xFFFF_FFFFL),
  CURRENT_COUNT(0x390, READ_ONLY, READ_ONLY, 0, 0xFFFF_FFFF, 0),
  DIVIDE_CONFIGURATION(0x3E0, READ_WRITE, READ_WRITE, 0, TimerDivide.DEFINED, TimerDivide.DEFINED),
  /** x2APIC mode only. */
  SELF_IPI(0x3F0, ABSENT, WRITE_ONLY, 0, 0xFF, 0xFF);

  /** Size of the register page in bytes. */
  public static final int PAGE_SIZE = 0x1000;

  private static final LapicRegister[] BY_SLOT = new LapicRegister[PAGE_SIZE >>> 4];

  static {
    for (LapicRegister register : values()) {
      for (int i = 0; i < register.count(); i++) {
        BY_SLOT[register.offset(i) >>> 4] = register;
      }
    }
  }

  private final int offset;
  private final Access xapicAccess;
  private final Access x2apicAccess;
  private final int resetValue;
  private final int definedBits;
  private final long x2apicWritableBits;

  LapicRegister(
      int offset,
      Access xapicAccess,
      Access x2apicAccess,
      int resetValue,
      int definedBits,
      long x2apicWritableBits) {
    this.offset = offset;
    this.xapicAccess = xapicAccess;
    this.x2apicAccess = x2apicAccess;
    this.resetValue = resetValue;
    this.definedBits = definedBits;
    this.x2apicWritableBits = x2apicWritableBits;
  }

  /**
   * The register at an offset of the page (the low four bits are ignored), if the manual defines
   * one there in either mode.
   */
  public static Optional<LapicRegister> at(int offset) {
    return Optional.ofNullable(atOrNull(offset));
  }

  /** As {@link #at}, but null where nothing is defined. */
  @SuppressWarnings("NullAway") // a lookup on the hot path of models
  public static LapicRegister atOrNull(int offset) {
    return BY_SLOT[offset >>> 4 & 0xFF];
  }

  /** Offset in the register page, xAPIC mode. */
  public int offset() {
    return offset;
  }

  /** Offset of the register number {@code index} of ISR, TMR or IRR. */
  public int offset(int index) {
    return offset + (index << 4);
  }

  /** MSR number in x2APIC mode. */
  public int msr() {
    return Msr.X2APIC_FIRST + (offset >>> 4);
  }

  /** MSR of the register number {@code index} of ISR, TMR or IRR. */
  public int msr(int index) {
    return msr() + index;
  }

  /** How many consecutive registers have this name: 8 for ISR, TMR and IRR, else 1. */
  public int count() {
    return this == ISR || this == TMR || this == IRR ? 8 : 1;
  }

  /** Access kind in a mode. */
  public Access access(ApicMode mode) {
    return switch (mode) {
      case DISABLED -> ABSENT;
      case XAPIC -> xapicAccess;
      case X2APIC -> x2apicAccess;
    };
  }

  /** Value after power-up and RESET; ID and version are the implementation's own, see there. */
  public int resetValue() {
    return resetValue;
  }

  /**
   * Bits that have a meaning in xAPIC mode, read-only ones included. Bit 12 of SVR and the
   * TSC-deadline bit of the LVT timer depend on the processor: SVR leaves its bit out, the LVT
   * timer has it in.
   */
  public int definedBits() {
    return definedBits;
  }

  /**
   * Bits that WRMSR may set in x2APIC mode on every processor that has the register, without #GP.
   * Read-only LVT bits (12, 14), ICR bit 12, SVR bits 9 and 12 are left out; LVT timer bit 18 is
   * in, although it needs TSC-deadline support.
   */
  public long x2apicWritableBits() {
    return x2apicWritableBits & ~(isLvt() ? LvtEntry.DELIVERY_STATUS | LvtEntry.REMOTE_IRR : 0L);
  }

  /** Whether this is an entry of the local vector table. */
  public boolean isLvt() {
    return lvtIndex() >= 0;
  }

  /**
   * Smallest "maximum LVT entry" (version register bits 23:16) with which this LVT entry exists; -1
   * for other registers.
   */
  public int lvtIndex() {
    return switch (this) {
      case LVT_TIMER, LVT_LINT0, LVT_LINT1, LVT_ERROR -> 3;
      case LVT_PERFORMANCE -> 4;
      case LVT_THERMAL -> 5;
      case LVT_CMCI -> 6;
      default -> -1;
    };
  }

  /**
   * The field sets that several entries share (Intel SDM Vol. 3A, "Local Vector Table", figure).
   */
  private static final class Fields {
    static final int ERROR = LvtEntry.VECTOR | LvtEntry.DELIVERY_STATUS | LvtEntry.MASK;
    static final int TIMER = ERROR | LvtEntry.TIMER_MODE;
    static final int EVENT = ERROR | LvtEntry.DELIVERY_MODE;
    static final int LINT = EVENT | LvtEntry.POLARITY | LvtEntry.REMOTE_IRR | LvtEntry.TRIGGER;
  }
}
