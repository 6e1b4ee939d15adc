package io.apictck.chip;

import io.apictck.model.chipset.Chipset;
import java.util.ArrayList;
import java.util.List;

/**
 * MSRs that a chip answers for.
 *
 * @param first lowest
 * @param last highest
 */
record MsrRange(int first, int last) {
  private static final int[] BANKS = {0, 0xC000_0000};
  private static final int BANK_SIZE = 0x2000;

  boolean contains(int msr) {
    return Integer.compareUnsigned(first, msr) <= 0 && Integer.compareUnsigned(msr, last) <= 0;
  }

  /** The ranges of a chipset, among the architectural MSRs. */
  static List<MsrRange> of(Chipset chipset) {
    List<MsrRange> ranges = new ArrayList<>();
    for (int bank : BANKS) {
      int first = -1;
      for (int index = 0; index <= BANK_SIZE; index++) {
        boolean owned = index < BANK_SIZE && chipset.ownsMsr(bank + index);
        if (owned && first < 0) {
          first = index;
        } else if (!owned && first >= 0) {
          ranges.add(new MsrRange(bank + first, bank + index - 1));
          first = -1;
        }
      }
    }
    return ranges;
  }
}
