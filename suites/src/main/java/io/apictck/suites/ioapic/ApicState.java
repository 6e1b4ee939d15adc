package io.apictck.suites.ioapic;

/**
 * What a local APIC knows of the vectors of the life-cycle automaton: bit n is vector n.
 *
 * @param irr requested
 * @param isr in service
 * @param tmr accepted level-triggered; of vectors that are requested or in service only
 */
record ApicState(int irr, int isr, int tmr) {
  /** Nothing is requested or in service. */
  static final ApicState IDLE = new ApicState(0, 0, 0);

  /** What {@link #highest} gives for no vector. */
  static final int NONE = -1;

  /** The highest of a set of vectors. */
  static int highest(int set) {
    return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(set);
  }

  boolean isIdle() {
    return (irr | isr) == 0;
  }

  /** The vector that is taken next, {@link #NONE} if what is in service holds it off. */
  int deliverable() {
    return highest(irr) > highest(isr) ? highest(irr) : NONE;
  }

  ApicState accepting(int vector, boolean level) {
    int bit = 1 << vector;
    return new ApicState(irr | bit, isr, level ? tmr | bit : tmr & ~bit);
  }

  ApicState taking(int vector) {
    int bit = 1 << vector;
    return new ApicState(irr & ~bit, isr | bit, tmr);
  }

  ApicState ending(int vector) {
    int left = isr & ~(1 << vector);
    return new ApicState(irr, left, tmr & (irr | left));
  }
}
