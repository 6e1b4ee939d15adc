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
  private final long[] fields = new long[VmcsField.values().length];

  /** The value of a field. */
  public long get(VmcsField field) {
    return fields[field.ordinal()];
  }

  /** Sets a field; bits beyond its width are dropped. */
  public void set(VmcsField field, long value) {
    int width = field.width();
    fields[field.ordinal()] = width == Long.SIZE ? value : value & (1L << width) - 1;
  }

  /**
   * Whether a control acts as 1: controls of the secondary and tertiary vectors act as 0 unless the
   * primary controls activate their vector.
   */
  public boolean has(VmxControl control) {
    return control.in(get(control.vector().field())) && activates(control.vector());
  }

  private boolean activates(ControlVector vector) {
    return switch (vector) {
      case PIN, PRIMARY, EXIT, ENTRY -> true;
      case SECONDARY -> VmxControl.ACTIVATE_SECONDARY_CONTROLS.in(get(VmcsField.PRIMARY_CONTROLS));
      case TERTIARY -> VmxControl.ACTIVATE_TERTIARY_CONTROLS.in(get(VmcsField.PRIMARY_CONTROLS));
    };
  }
}
