package io.apictck.suites.support;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Instruction;

/**
 * What a field of a VMCS was behind each case of a sweep. The host stores it in memory when the
 * next case begins, in the same block, and looks at all of them together: a case takes no block of
 * its own for reading.
 */
public final class FieldLog {
  /** Values that fit, one of them from before the first case. */
  private static final int SIZE = PagingEntry.PAGE / Long.BYTES;

  /** Loads of one block. */
  private static final int CHUNK = 64;

  private final Vcpu vcpu;
  private final VmcsField field;
  private final long page;
  private int used;

  private FieldLog(Vcpu vcpu, VmcsField field, long page) {
    this.vcpu = vcpu;
    this.field = field;
    this.page = page;
  }

  /** An empty log. */
  public static FieldLog of(Vcpu vcpu, VmcsField field) {
    return new FieldLog(vcpu, field, vcpu.host().machine().newPage());
  }

  /**
   * Stores what the field is before the next case: the host executes it once at the beginning of
   * each case.
   *
   * @throws IllegalStateException if there were more than 511 cases
   */
  public Instruction storing() {
    if (used == SIZE) {
      throw new IllegalStateException("the log of " + field + " is full: take it more often");
    }
    return new Instruction.VmreadToMemory(field.encoding(), address(used++));
  }

  /** What the field was behind each case since the last call, in order. */
  public long[] take() {
    vcpu.host().run(storing());
    long[] values = new long[used - 1];
    for (int first = 0; first < values.length; first += CHUNK) {
      Instruction[] loads = new Instruction[Math.min(CHUNK, values.length - first)];
      // the first value is from before the first case
      for (int i = 0; i < loads.length; i++) {
        loads[i] = new Instruction.Load(address(first + i + 1), Long.BYTES);
      }
      long[] chunk = vcpu.host().run(loads);
      System.arraycopy(chunk, 0, values, first, chunk.length);
    }
    used = 0;
    return values;
  }

  private long address(int index) {
    return page + (long) index * Long.BYTES;
  }
}
