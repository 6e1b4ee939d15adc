package io.apictck.arch.vtd;

/**
 * How a table entry wants the source of a request checked (Intel VT-d specification, "Interrupt
 * Remapping Table Entry (IRTE) for Remapped Interrupts", fields SVT, SQ and SID).
 *
 * @param type SVT, 0 to 3
 * @param qualifier SQ, 0 to 3
 * @param sourceId SID, 16 bits
 */
public record SourceValidation(int type, int qualifier, int sourceId) {
  /** SVT 00: nothing is checked. */
  public static final int NONE = 0;

  /** SVT 01: the requester is compared with SID, as SQ says. */
  public static final int REQUESTER = 1;

  /** SVT 10: the requester's bus lies from SID bits 15:8 to SID bits 7:0. */
  public static final int BUS_RANGE = 2;

  /** SVT 11: reserved. */
  public static final int RESERVED = 3;

  /** SQ 00: all bits are compared. */
  public static final int ALL_BITS = 0;

  /** SQ 01: all but bit 2. */
  public static final int WITHOUT_BIT_2 = 1;

  /** SQ 10: all but bits 2:1. */
  public static final int WITHOUT_BITS_2_1 = 2;

  /** SQ 11: all but bits 2:0. */
  public static final int WITHOUT_BITS_2_0 = 3;

  /** Nothing is checked, and all fields are zero. */
  public static final SourceValidation OFF = new SourceValidation(NONE, ALL_BITS, 0);

  /** One requester. */
  public static SourceValidation requester(int sourceId) {
    return new SourceValidation(REQUESTER, ALL_BITS, sourceId);
  }

  /** All requesters of a range of buses. */
  public static SourceValidation buses(int first, int last) {
    return new SourceValidation(BUS_RANGE, ALL_BITS, first << 8 | last);
  }

  /** A copy with another SQ. */
  public SourceValidation withQualifier(int qualifier) {
    return new SourceValidation(type, qualifier, sourceId);
  }
}
