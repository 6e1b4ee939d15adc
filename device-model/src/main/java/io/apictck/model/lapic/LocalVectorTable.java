package io.apictck.model.lapic;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerMode;
import io.apictck.model.ModelConfiguration;
import io.apictck.platform.Feature;
import java.util.EnumMap;
import java.util.Map;

/**
 * The local vector table and its event sources (Intel SDM Vol. 3A, "Local Vector Table").
 *
 * <p>Supported: timer, thermal, performance, CMCI, LINT0, LINT1 and error entries with the fields
 * and the delivery modes that each has, masks forced by software disable, the automatic mask of the
 * performance entry. What the pins do is in {@link LocalInterruptPins}.
 *
 * <p>Not supported: delivery status is always idle, since requests are accepted at once.
 *
 * <p>Open points, decided: reserved bits read as zero in xAPIC mode; an illegal vector is an error
 * when the event comes, not when it is written; entries with a delivery mode that they do not have
 * deliver nothing; the performance entry is masked by any delivery, whatever its mode.
 */
class LocalVectorTable {
  /** Bits that only the local APIC changes. */
  static final int READ_ONLY = LvtEntry.DELIVERY_STATUS | LvtEntry.REMOTE_IRR;

  /** Bit 18 of the timer entry, there with TSC-deadline mode only. */
  static final int DEADLINE_BIT = LvtEntry.of(0).withTimerMode(TimerMode.TSC_DEADLINE).raw();

  private static final LapicRegister[] REGISTERS = LapicRegister.values();

  final LocalApic apic;
  private final ModelConfiguration configuration;
  private final int maxLvtEntry;
  private final Map<LapicRegister, LvtEntry> entries = new EnumMap<>(LapicRegister.class);

  LocalVectorTable(LocalApic apic, ModelConfiguration configuration) {
    this.apic = apic;
    this.configuration = configuration;
    this.maxLvtEntry = configuration.maxLvtEntry();
  }

  void reset() {
    for (LapicRegister register : REGISTERS) {
      if (register.isLvt()) {
        put(register, LvtEntry.of(apic.resetValue(register)));
      }
    }
  }

  /** Whether this local APIC has an entry. */
  boolean exists(LapicRegister register) {
    return register.lvtIndex() <= maxLvtEntry;
  }

  LvtEntry entry(LapicRegister register) {
    return entries.get(register);
  }

  /** Changes an entry from inside, without effects. */
  void put(LapicRegister register, LvtEntry entry) {
    entries.put(register, entry);
  }

  int read(LapicRegister register) {
    return entry(register).raw();
  }

  /** Software writes an entry. */
  void write(LapicRegister register, int value) {
    int writable = writableBits(register);
    LvtEntry before = entry(register);
    LvtEntry after = LvtEntry.of((value & writable) | (before.raw() & ~writable));
    if (forcesMask()) {
      after = after.withMasked(true);
    }
    if (register == LapicRegister.LVT_TIMER) {
      apic.timer.catchUp();
      put(register, after);
      apic.timer.entryWritten(before.timerMode(), after.timerMode());
    } else {
      put(register, after);
      if (register == LapicRegister.LVT_LINT0 || register == LapicRegister.LVT_LINT1) {
        apic.pins.entryWritten(register);
      }
    }
  }

  /** The bits of an entry that software writes. */
  int writableBits(LapicRegister register) {
    int bits = register.definedBits() & ~READ_ONLY;
    return register == LapicRegister.LVT_TIMER && !configuration.has(Feature.TSC_DEADLINE)
        ? bits & ~DEADLINE_BIT
        : bits;
  }

  /** Whether mask bits cannot be cleared. */
  boolean forcesMask() {
    return !apic.isSoftwareEnabled();
  }

  /** Software disable: masks all entries. */
  void maskAll() {
    for (LapicRegister register : REGISTERS) {
      if (register.isLvt()) {
        put(register, entry(register).withMasked(true));
      }
    }
    apic.timer.reschedule();
    apic.world.interruptChanged();
  }

  /** The timer expired. */
  void timerExpired() {
    LvtEntry entry = entry(LapicRegister.LVT_TIMER);
    if (!entry.masked()) {
      apic.acceptFixed(entry.vector(), false);
    }
  }

  /** An event of the performance, thermal or CMCI entry. */
  void event(LapicRegister register) {
    LvtEntry entry = entry(register);
    if (entry.masked()) {
      return;
    }
    if (masksItself(register)) {
      put(register, entry.withMasked(true));
    }
    switch (entry.deliveryMode()) {
      case FIXED, SMI, NMI -> deliverEdge(entry.deliveryMode(), entry.vector());
      default -> {
        // The entry does not have this mode.
      }
    }
  }

  /** Whether delivery masks the entry. */
  boolean masksItself(LapicRegister register) {
    return register == LapicRegister.LVT_PERFORMANCE;
  }

  /** One edge of a local source; ExtINT is level-sensed and does not come here. */
  void deliverEdge(DeliveryMode mode, int vector) {
    switch (mode) {
      case FIXED -> apic.acceptFixed(vector, false);
      case SMI -> apic.world.smi();
      case NMI -> apic.world.nmi();
      case INIT -> apic.world.init();
      default -> {
        // Reserved in entries.
      }
    }
  }
}
