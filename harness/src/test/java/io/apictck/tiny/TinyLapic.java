package io.apictck.tiny;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.VectorSet;
import java.util.Objects;

/** TPR, SVR, EOI, ISR, IRR and self IPIs of a local APIC in xAPIC mode. */
final class TinyLapic {
  private static final int SELF = 1 << 18;

  private final VectorSet requests = new VectorSet();
  private final VectorSet inService = new VectorSet();
  private int tpr;
  private int svr = 0xFF;

  void reset() {
    requests.clear();
    inService.clear();
    tpr = 0;
    svr = 0xFF;
  }

  int read(int offset) {
    LapicRegister register = LapicRegister.at(offset).orElse(LapicRegister.EOI);
    int index = (offset - register.offset()) >>> 4;
    return switch (register) {
      case VERSION -> 0x0003_0014;
      case TPR -> tpr;
      case PPR -> ppr();
      case SVR -> svr;
      case IRR -> requests.word(index);
      case ISR -> inService.word(index);
      default -> 0;
    };
  }

  void write(int offset, int value) {
    switch (Objects.requireNonNull(LapicRegister.atOrNull(offset))) {
      case TPR -> tpr = value & 0xFF;
      case SVR -> svr = value & 0x1FF;
      case EOI -> {
        if (!inService.isEmpty()) {
          inService.remove(inService.highest());
        }
      }
      case ICR -> {
        if ((value & SELF) != 0) {
          requests.add(value & 0xFF);
        }
      }
      default -> {
        // nothing else is there
      }
    }
  }

  private int ppr() {
    int highest = Math.max(inService.highest(), 0);
    return tpr >>> 4 >= highest >>> 4 ? tpr : highest & 0xF0;
  }

  /** Accepts the interrupt to be delivered now; gives its vector, -1 if there is none. */
  int acknowledge() {
    int highest = requests.highest();
    if (highest < 0 || highest >>> 4 <= ppr() >>> 4) {
      return -1;
    }
    requests.remove(highest);
    inService.add(highest);
    return highest;
  }
}
