package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import java.util.EnumSet;
import java.util.Set;

/**
 * The data of one VMCS as a processor keeps it (Intel SDM Vol. 3C, "Virtual Machine Control
 * Structures").
 */
@SuppressWarnings("EnumOrdinal") // the index of an array that nothing outside sees
public final class Vmcs {
  private static final ControlVector[] VECTORS = ControlVector.values();
  private static final boolean[] HOLDS_CONTROLS = new boolean[VmcsField.values().length];

  /** The bits that a field has. */
  private static final long[] MASKS = new long[HOLDS_CONTROLS.length];

  /** Guest state that changes all the time, and that VM entry looks at anew. */
  private static final Set<VmcsField> RESTLESS =
      EnumSet.of(VmcsField.GUEST_RIP, VmcsField.GUEST_RSP, VmcsField.GUEST_INTERRUPT_STATUS);

  /**
   * What VM entry checks and need not check again while it stays: controls, host and guest state.
   */
  private static final boolean[] STEADY = new boolean[HOLDS_CONTROLS.length];

  static {
    for (ControlVector vector : VECTORS) {
      HOLDS_CONTROLS[vector.field().ordinal()] = true;
    }
    for (VmcsField field : VmcsField.values()) {
      MASKS[field.ordinal()] = -1L >>> (Long.SIZE - field.width());
      STEADY[field.ordinal()] =
          field.type() != VmcsField.Type.READ_ONLY && !RESTLESS.contains(field);
    }
  }

  private final long[] fields = new long[HOLDS_CONTROLS.length];

  /** The controls of each vector, as they act. */
  private final long[] controls = new long[VECTORS.length];

  private int edition;
  private int guestEdition;

  /** The value of a field. */
  public long get(VmcsField field) {
    return fields[field.ordinal()];
  }

  /** Sets a field; bits beyond its width are dropped. */
  public void set(VmcsField field, long value) {
    int index = field.ordinal();
    long fitting = value & MASKS[index];
    if (fields[index] == fitting) {
      return;
    }
    fields[index] = fitting;
    if (!STEADY[index]) {
      return;
    }
    guestEdition++;
    if (field.type() != VmcsField.Type.GUEST) {
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
   * A number that is another one after each change of a control, of the host state or of the guest
   * state, but for RIP, RSP and the guest interrupt status.
   */
  public int guestEdition() {
    return guestEdition;
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
