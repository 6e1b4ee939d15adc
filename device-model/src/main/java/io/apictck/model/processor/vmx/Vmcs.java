package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;

/**
 * The data of one VMCS as a processor keeps it (Intel SDM Vol. 3C, "Virtual Machine Control
 * Structures").
 */
@SuppressWarnings("EnumOrdinal") // the index of an array that nothing outside sees
public final class Vmcs {
  private static final ControlVector[] VECTORS = ControlVector.values();
  private static final boolean[] HOLDS_CONTROLS = new boolean[VmcsField.values().length];

  static {
    for (ControlVector vector : VECTORS) {
      HOLDS_CONTROLS[vector.field().ordinal()] = true;
    }
  }

  private final long[] fields = new long[HOLDS_CONTROLS.length];

  /** The controls of each vector, as they act. */
  private final long[] controls = new long[VECTORS.length];

  private int edition;

  /** The value of a field. */
  public long get(VmcsField field) {
    return fields[field.ordinal()];
  }

  /** Sets a field; bits beyond its width are dropped. */
  public void set(VmcsField field, long value) {
    int width = field.width();
    long fitting = width == Long.SIZE ? value : value & (1L << width) - 1;
    int index = field.ordinal();
    if (fields[index] == fitting) {
      return;
    }
    fields[index] = fitting;
    if (field.type() == VmcsField.Type.CONTROL || field.type() == VmcsField.Type.HOST) {
      edition++;
    }
    if (HOLDS_CONTROLS[index]) {
      for (ControlVector vector : VECTORS) {
        controls[vector.ordinal()] = activates(vector) ? get(vector.field()) : 0;
      }
    }
  }

  /** A number that is another one after each change of a control or of the host state. */
  public int edition() {
    return edition;
  }

  /**
   * Whether a control acts as 1: controls of the secondary and tertiary vectors act as 0 unless the
   * primary controls activate their vector.
   */
  public boolean has(VmxControl control) {
    return control.in(controls[control.vector().ordinal()]);
  }

  private boolean activates(ControlVector vector) {
    return switch (vector) {
      case PIN, PRIMARY, EXIT, ENTRY -> true;
      case SECONDARY -> VmxControl.ACTIVATE_SECONDARY_CONTROLS.in(get(VmcsField.PRIMARY_CONTROLS));
      case TERTIARY -> VmxControl.ACTIVATE_TERTIARY_CONTROLS.in(get(VmcsField.PRIMARY_CONTROLS));
    };
  }
}
