package io.apictck.arch.vtd;

/**
 * Registers of a remapping unit (Intel VT-d specification, "Register Descriptions"). Fault
 * recording registers lie where {@link Capability#faultRecordOffset} says.
 */
public enum RemappingRegister {
  /** Version: bits 7:4 major, 3:0 minor. */
  VER(0x00, 4),
  /** Capability: see {@link Capability}. */
  CAP(0x08, 8),
  /** Extended capability: see {@link ExtendedCapability}. */
  ECAP(0x10, 8),
  /** Global command, write-only: see {@link GlobalCommand}. */
  GCMD(0x18, 4),
  /** Global status, read-only: see {@link GlobalCommand}. */
  GSTS(0x1C, 4),
  /** Root table address. */
  RTADDR(0x20, 8),
  /** Context command. */
  CCMD(0x28, 8),
  /** Fault status: see {@link FaultStatus}. */
  FSTS(0x34, 4),
  /** Fault event control: see {@link EventControl}. */
  FECTL(0x38, 4),
  /** Fault event data. */
  FEDATA(0x3C, 4),
  /** Fault event address. */
  FEADDR(0x40, 4),
  /** Fault event upper address. */
  FEUADDR(0x44, 4),
  /** Advanced fault log. */
  AFLOG(0x58, 8),
  /** Invalidation queue head: see {@link InvalidationQueueAddress#OFFSET}. */
  IQH(0x80, 8),
  /** Invalidation queue tail: see {@link InvalidationQueueAddress#OFFSET}. */
  IQT(0x88, 8),
  /** Invalidation queue address: see {@link InvalidationQueueAddress}. */
  IQA(0x90, 8),
  /** Invalidation completion status: see {@link #IWC}. */
  ICS(0x9C, 4),
  /** Invalidation event control: see {@link EventControl}. */
  IECTL(0xA0, 4),
  /** Invalidation event data. */
  IEDATA(0xA4, 4),
  /** Invalidation event address. */
  IEADDR(0xA8, 4),
  /** Invalidation event upper address. */
  IEUADDR(0xAC, 4),
  /** Invalidation queue error record: see {@link InvalidationError}. */
  IQERCD(0xB0, 8),
  /** Interrupt remapping table address: see {@link InterruptRemappingTableAddress}. */
  IRTA(0xB8, 8);

  /** Invalidation wait descriptor complete: bit 0 of {@link #ICS}; writing 1 clears it. */
  public static final int IWC = 1;

  private final int offset;
  private final int width;

  RemappingRegister(int offset, int width) {
    this.offset = offset;
    this.width = width;
  }

  /** Offset in the register page. */
  public int offset() {
    return offset;
  }

  /** Width in bytes: 4 or 8. */
  public int width() {
    return width;
  }
}
