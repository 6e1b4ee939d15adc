package io.apictck.suites.support;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Instruction;

/**
 * What a field of a VMCS was behind each case of a sweep. The host stores it in memory when the
 * next case begins, in the same block, and looks at all of them together: a case takes no block of
 * its own for reading.
 *
 * <p>Values lie as close as the field is wide. VMREAD stores 64 bits, and the next one stores over
 * those that are too many.
 */
public final class FieldLog {
  /** All values but the first, which is from before the first case, begin here. */
  private static final int FIRST = Long.BYTES;

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
   * @throws IllegalStateException if there were more cases than a page has room for
   */
  public Instruction storing() {
    int offset = used == 0 ? 0 : FIRST + (used - 1) * width();
    if (offset > PagingEntry.PAGE - Long.BYTES) {
      throw new IllegalStateException("the log of " + field + " is full: take it more often");
    }
    used++;
    return new Instruction.VmreadToMemory(field.encoding(), page + offset);
  }

  private int width() {
    return field.width() / Byte.SIZE;
  }

  /** What the field was behind each case since the last call, in order. */
  public long[] take() {
    vcpu.host().run(storing());
    int each = Long.BYTES / width();
    long[] values = new long[used - 1];
    long[] quads = quads((values.length + each - 1) / each);
    for (int i = 0; i < values.length; i++) {
      long rest = quads[i / each] >>> (i % each * field.width());
      values[i] = field.width() == Long.SIZE ? rest : rest & (1L << field.width()) - 1;
    }
    used = 0;
    return values;
  }

  private long[] quads(int count) {
    long[] quads = new long[count];
    for (int first = 0; first < count; first += CHUNK) {
      Instruction[] loads = new Instruction[Math.min(CHUNK, count - first)];
      for (int i = 0; i < loads.length; i++) {
        loads[i] = new Instruction.Load(page + FIRST + (long) (first + i) * Long.BYTES, Long.BYTES);
      }
      long[] chunk = vcpu.host().run(loads);
      System.arraycopy(chunk, 0, quads, first, chunk.length);
    }
    return quads;
  }
}
