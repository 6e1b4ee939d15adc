package io.apictck.suites.support;

import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.VectorSet;
import io.apictck.machine.LocalApic;

/** Interrupt vectors and their priority classes. */
public final class Vectors {
  /** The lowest vector that is legal for interrupts. */
  public static final int FIRST = 0x10;

  /** The highest vector. */
  public static final int LAST = 0xFF;

  private Vectors() {}

  /**
   * Moves the spurious vector to an illegal one, so that all legal vectors are ordinary: what a
   * real interrupt with the number of the spurious vector does is left open.
   */
  public static void makeAllOrdinary(LocalApic lapic) {
    lapic.setSvr(SpuriousInterruptVector.RESET.withEnabled(true).withVector(FIRST - 1));
  }

  /** The priority class: bits 7:4. */
  public static int classOf(int vector) {
    return vector >>> 4;
  }

  /** The vectors from {@code first} to {@code last}. */
  public static VectorSet range(int first, int last) {
    VectorSet set = new VectorSet();
    for (int vector = first; vector <= last; vector++) {
      set.add(vector);
    }
    return set;
  }
}
