package io.apictck.model.vtd;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceBoard;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.platform.Platform;
import java.util.ArrayList;
import java.util.List;

/** Faults of a remapping unit that show only a while after the request. */
public final class LateFaults {
  private static final String SOURCES = "remapping.SourceValidationTests";
  private static final String POSTING = "vtdposted.PostingTests";

  private LateFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "IR-LATE",
            "A request that is blocked in silence interrupts later",
            configuration -> platform(configuration, LateFaults::interruptingLater),
            SOURCES),
        PlantedFault.of(
            "VTPI-AGAIN",
            "A notification is sent once more later",
            configuration -> platform(configuration, LateFaults::notifyingAgain),
            POSTING));
  }

  /** Makes a unit that can send later. */
  @FunctionalInterface
  private interface UnitMaker {
    RemappingUnit make(ModelConfiguration configuration, Later later, RemappingWorld world);
  }

  private static Platform platform(ModelConfiguration machine, UnitMaker maker) {
    return new ReferencePlatform(
        machine,
        (configuration, client) ->
            new Later(configuration, client) {
              @Override
              protected RemappingUnit newRemappingUnit(RemappingWorld world) {
                return maker.make(configuration, this, world);
              }
            });
  }

  private static RemappingUnit interruptingLater(
      ModelConfiguration configuration, Later later, RemappingWorld world) {
    return new RemappingUnit(configuration, ReferenceBoard.REMAPPING_UNIT, world) {
      @Override
      Remapper newRemapper() {
        return new Remapper(this) {
          @Override
          boolean isRecorded(FaultReason reason, RemappingEntry entry) {
            boolean recorded = super.isRecorded(reason, entry);
            if (!recorded && entry instanceof RemappedEntry remapped) {
              later.send(world, message(remapped));
            }
            return recorded;
          }
        };
      }
    };
  }

  private static RemappingUnit notifyingAgain(
      ModelConfiguration configuration, Later later, RemappingWorld world) {
    return new RemappingUnit(configuration, ReferenceBoard.REMAPPING_UNIT, world) {
      @Override
      Poster newPoster() {
        return new Poster(world) {
          @Override
          InterruptMessage notification(long control, boolean extended) {
            InterruptMessage notification = super.notification(control, extended);
            later.send(world, notification);
            return notification;
          }
        };
      }
    };
  }

  /** A chipset that sends some messages later. */
  private static class Later extends ReferenceChipset {
    private static final long DELAY = 1_000_000;

    private final List<Runnable> held = new ArrayList<>();
    private final ChipsetClient client;
    private long due = Long.MAX_VALUE;

    Later(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
      this.client = client;
    }

    final void send(RemappingWorld world, InterruptMessage message) {
      held.add(() -> world.send(message));
      due = client.nanos() + DELAY;
    }

    @Override
    public void reset() {
      super.reset();
      held.clear();
      due = Long.MAX_VALUE;
    }

    @Override
    public void advanceTo(long time) {
      super.advanceTo(time);
      if (time >= due) {
        due = Long.MAX_VALUE;
        held.forEach(Runnable::run);
        held.clear();
      }
    }

    @Override
    public long nextEvent() {
      return Math.min(super.nextEvent(), due);
    }
  }
}
