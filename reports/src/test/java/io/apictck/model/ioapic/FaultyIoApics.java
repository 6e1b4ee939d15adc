package io.apictck.model.ioapic;

import io.apictck.arch.RedirectionEntry;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ModelConfiguration.IoApicSetup;

/** I/O APICs for faults that lie between them and local APICs. */
public final class FaultyIoApics {
  private FaultyIoApics() {}

  /** The vectors of all level-triggered entries of the watched I/O APIC. */
  public static final class LevelVectors {
    private IoApic watched;

    /** Makes the I/O APIC and watches it. */
    public IoApic watching(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      watched = new IoApic(configuration, setup, world);
      return watched;
    }

    /** Whether a level-triggered entry has a vector; masked ones count. */
    public boolean contains(int vector) {
      for (RedirectionEntry entry : watched.entries) {
        if (entry.level() && entry.vector() == vector) {
          return true;
        }
      }
      return false;
    }
  }

  /** One that takes any EOI for that of its first level-triggered input. */
  public static IoApic endingFirstInput(
      ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
    return new IoApic(configuration, setup, world) {
      @Override
      public void endOfInterrupt(int vector) {
        for (RedirectionEntry entry : entries) {
          if (entry.level()) {
            super.endOfInterrupt(entry.vector());
            return;
          }
        }
      }
    };
  }
}
