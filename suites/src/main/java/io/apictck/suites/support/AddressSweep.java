package io.apictck.suites.support;

import io.apictck.arch.PagingEntry;
import io.apictck.machine.Hex;
import java.util.ArrayList;
import java.util.List;

/**
 * Values for a field with a physical address: each bit alone, the borders of a page, the last page
 * of the address space, all ones.
 *
 * @param value the address
 */
public record AddressSweep(long value) {

  /**
   * All of them.
   *
   * @param width of physical addresses in bits
   */
  public static List<AddressSweep> of(int width) {
    List<AddressSweep> values = new ArrayList<>();
    for (int bit = 0; bit < Long.SIZE; bit++) {
      values.add(new AddressSweep(1L << bit));
    }
    values.add(new AddressSweep(PagingEntry.PAGE - 1));
    values.add(new AddressSweep(PagingEntry.PAGE));
    values.add(new AddressSweep((1L << width) - PagingEntry.PAGE));
    values.add(new AddressSweep(-1));
    return List.copyOf(values);
  }

  /** Whether it is a multiple of {@code alignment} within {@code width} bits. */
  public boolean isLegal(long alignment, int width) {
    return (value & (alignment - 1)) == 0 && value >>> width == 0;
  }

  @Override
  public String toString() {
    return Hex.qword(value);
  }
}
