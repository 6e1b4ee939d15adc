package io.apictck.assertions;

import io.apictck.arch.ErrorStatus;
import io.apictck.machine.Hex;
import java.util.ArrayList;
import java.util.List;

/** Values of the error status register in words. */
final class ErrorText {
  private ErrorText() {}

  static String of(int bits) {
    List<String> names = new ArrayList<>();
    add(names, bits, ErrorStatus.REDIRECTABLE_IPI, "redirectable IPI");
    add(names, bits, ErrorStatus.SEND_ILLEGAL_VECTOR, "send illegal vector");
    add(names, bits, ErrorStatus.RECEIVE_ILLEGAL_VECTOR, "receive illegal vector");
    add(names, bits, ErrorStatus.ILLEGAL_REGISTER_ADDRESS, "illegal register address");
    int others = bits & ~ErrorStatus.DEFINED;
    if (others != 0) {
      names.add("other bits " + Hex.dword(others));
    }
    return Hex.dword(bits) + (names.isEmpty() ? "" : " (" + String.join(", ", names) + ")");
  }

  private static void add(List<String> names, int bits, int bit, String name) {
    if ((bits & bit) != 0) {
      names.add(name);
    }
  }
}
