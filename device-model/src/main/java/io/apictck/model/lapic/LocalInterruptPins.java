package io.apictck.model.lapic;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;

/**
 * The pins LINT0 and LINT1 (Intel SDM Vol. 3A, "Local Vector Table" and "Enabling or Disabling the
 * Local APIC").
 *
 * <p>Supported: edges, levels with remote IRR on LINT0, polarity, NMI, SMI, INIT, ExtINT; INTR and
 * NMI while the local APIC is globally disabled.
 *
 * <p>Not supported: level-triggered Fixed interrupts on LINT1, which the manual excludes; bit 15 is
 * stored there and the pin remains edge-triggered.
 *
 * <p>Open points, decided: polarity counts in every delivery mode; only the pin makes edges, a
 * change of the polarity bit does not; remote IRR is cleared by the EOI of the entry's vector and
 * by making the entry anything but Fixed and level; EOI broadcast suppression does not concern it.
 */
class LocalInterruptPins {
  final LocalApic apic;
  private boolean lint0High;
  private boolean lint1High;

  LocalInterruptPins(LocalApic apic) {
    this.apic = apic;
  }

  /** Power-up: both pins are low. INIT leaves them as they are. */
  void reset() {
    lint0High = false;
    lint1High = false;
  }

  boolean isHigh(LapicRegister pin) {
    return pin == LapicRegister.LVT_LINT0 ? lint0High : lint1High;
  }

  /** Whether a pin has the level that its entry calls active. */
  boolean isActive(LapicRegister pin) {
    return isHigh(pin) != apic.lvt.entry(pin).activeLow();
  }

  /** Drives a pin. */
  void drive(LapicRegister pin, boolean high) {
    if (isHigh(pin) == high) {
      return;
    }
    if (pin == LapicRegister.LVT_LINT0) {
      lint0High = high;
    } else {
      lint1High = high;
    }
    if (apic.mode() == ApicMode.DISABLED) {
      drivenWhileDisabled(pin, high);
      return;
    }
    if (isActive(pin)) {
      edge(pin);
      requestLevel(pin);
    }
    apic.world.interruptChanged();
  }

  /** Without a local APIC the pins are INTR and NMI. */
  void drivenWhileDisabled(LapicRegister pin, boolean high) {
    if (pin == LapicRegister.LVT_LINT0) {
      apic.world.interruptChanged();
    } else if (high) {
      apic.world.nmi();
    }
  }

  /** A pin became active. */
  void edge(LapicRegister pin) {
    LvtEntry entry = apic.lvt.entry(pin);
    if (!entry.masked() && !isLevelTriggered(pin)) {
      apic.lvt.deliverEdge(entry.deliveryMode(), entry.vector());
    }
  }

  /** Whether a pin is to be sensed by level; only Fixed mode looks at the trigger bit. */
  boolean isLevelTriggered(LapicRegister pin) {
    LvtEntry entry = apic.lvt.entry(pin);
    return pin == LapicRegister.LVT_LINT0
        && entry.deliveryMode() == DeliveryMode.FIXED
        && entry.level();
  }

  /** Requests a level-triggered interrupt if the pin is active and none is in flight. */
  void requestLevel(LapicRegister pin) {
    LvtEntry entry = apic.lvt.entry(pin);
    if (isLevelTriggered(pin)
        && isActive(pin)
        && !entry.masked()
        && !entry.remoteIrr()
        && apic.acceptFixed(entry.vector(), true)) {
      apic.lvt.put(pin, entry.withRemoteIrr(true));
    }
  }

  /** A level-triggered interrupt was ended. */
  void endOfInterrupt(int vector) {
    LapicRegister pin = LapicRegister.LVT_LINT0;
    LvtEntry entry = apic.lvt.entry(pin);
    if (entry.remoteIrr() && entry.vector() == vector) {
      apic.lvt.put(pin, entry.withRemoteIrr(false));
      requestLevel(pin);
    }
  }

  /** Software wrote the entry of a pin. */
  void entryWritten(LapicRegister pin) {
    if (!isLevelTriggered(pin)) {
      apic.lvt.put(pin, apic.lvt.entry(pin).withRemoteIrr(false));
    }
    requestLevel(pin);
    apic.world.interruptChanged();
  }

  /** Whether the external interrupt controller asks for attention through a pin. */
  boolean externalInterrupt() {
    if (apic.mode() == ApicMode.DISABLED) {
      return lint0High;
    }
    return isExternal(LapicRegister.LVT_LINT0) || isExternal(LapicRegister.LVT_LINT1);
  }

  boolean isExternal(LapicRegister pin) {
    LvtEntry entry = apic.lvt.entry(pin);
    return !entry.masked() && entry.deliveryMode() == DeliveryMode.EXT_INT && isActive(pin);
  }
}
