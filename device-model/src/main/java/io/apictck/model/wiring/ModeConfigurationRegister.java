package io.apictck.model.wiring;

import io.apictck.model.bus.PortDevice;

/**
 * The interrupt mode configuration register (MultiProcessor Specification, "PIC Mode").
 *
 * <p>Supported: 70h at port 22h selects it, bit 0 at port 23h is 0 for PIC mode (INTR of the 8259
 * pair goes to the bootstrap processor past its local APIC) and 1 for APIC mode.
 *
 * <p>Not supported: NMI past the local APIC, since there is no NMI source but the pins. Open point,
 * decided: it reads back; the power-on state is PIC mode.
 */
public class ModeConfigurationRegister implements PortDevice {
  /** Port that selects; the data port follows. */
  public static final int SELECT = 0x22;

  private static final int IMCR = 0x70;
  private static final int UNCLAIMED = 0xFF;

  private final Runnable changed;
  private int selected;
  private boolean apicMode;

  /** A register that says when the mode changed. */
  public ModeConfigurationRegister(Runnable changed) {
    this.changed = changed;
  }

  /** Power-on state. */
  public void reset() {
    selected = 0;
    apicMode = false;
  }

  /** Whether INTR goes through the local APICs. */
  public boolean apicMode() {
    return apicMode;
  }

  @Override
  public int read(int port, int width) {
    return port == SELECT || selected != IMCR ? UNCLAIMED : apicMode ? 1 : 0;
  }

  @Override
  public void write(int port, int width, int value) {
    if (port == SELECT) {
      selected = value & 0xFF;
      if (width > 1) {
        write(port + 1, 1, value >>> 8);
      }
    } else if (selected == IMCR) {
      apicMode = (value & 1) != 0;
      changed.run();
    }
  }
}
