package io.apictck.model.vtd;

import io.apictck.arch.RedirectionEntry;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.ReferenceBoard;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.ioapic.IoApic;
import io.apictck.model.ioapic.IoApicWorld;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.platform.Platform;
import java.util.function.Function;

/** Machines with a remapping unit that has a part of another kind. */
final class FaultyUnits {
  private static final int INPUTS = 24;

  private FaultyUnits() {}

  /** Makes a unit. */
  @FunctionalInterface
  interface UnitMaker {
    RemappingUnit make(ModelConfiguration configuration, long address, RemappingWorld world);
  }

  /** Changes the entry that an I/O APIC sends. */
  @FunctionalInterface
  interface Sender {
    RedirectionEntry sent(IoApicSetup setup, RedirectionEntry entry);
  }

  static Function<ModelConfiguration, Platform> unit(UnitMaker maker) {
    return machine ->
        new ReferencePlatform(
            machine,
            (configuration, client) ->
                new ReferenceChipset(configuration, client) {
                  @Override
                  protected RemappingUnit newRemappingUnit(RemappingWorld world) {
                    return maker.make(configuration, ReferenceBoard.REMAPPING_UNIT, world);
                  }
                });
  }

  static Function<ModelConfiguration, Platform> remapper(Function<RemappingUnit, Remapper> maker) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          Remapper newRemapper() {
            return maker.apply(this);
          }
        });
  }

  static Function<ModelConfiguration, Platform> walker(Function<RemappingUnit, TableWalker> maker) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          TableWalker newWalker() {
            return maker.apply(this);
          }
        });
  }

  static Function<ModelConfiguration, Platform> cache(Function<RemappingUnit, EntryCache> maker) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          EntryCache newCache() {
            return maker.apply(this);
          }
        });
  }

  static Function<ModelConfiguration, Platform> sources(SourceCheck check) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          SourceCheck newSourceCheck() {
            return check;
          }
        });
  }

  static Function<ModelConfiguration, Platform> entries(EntryCheck check) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          EntryCheck newEntryCheck() {
            return check;
          }
        });
  }

  static Function<ModelConfiguration, Platform> poster(Function<RemappingWorld, Poster> maker) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          Poster newPoster() {
            return maker.apply(world);
          }
        });
  }

  static Function<ModelConfiguration, Platform> commands(
      Function<RemappingUnit, GlobalCommands> maker) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          GlobalCommands newCommands() {
            return maker.apply(this);
          }
        });
  }

  static Function<ModelConfiguration, Platform> queue(
      Function<RemappingUnit, InvalidationQueue> maker) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          InvalidationQueue newQueue() {
            return maker.apply(this);
          }
        });
  }

  static Function<ModelConfiguration, Platform> faults(
      Function<RemappingUnit, FaultRecorder> maker) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          FaultRecorder newFaultRecorder() {
            return maker.apply(this);
          }
        });
  }

  /** Both kinds of event. */
  static Function<ModelConfiguration, Platform> events(
      Function<RemappingUnit, EventMessage> maker) {
    return unit((configuration, address, world) ->
        new RemappingUnit(configuration, address, world) {
          @Override
          EventMessage newFaultEvent() {
            return maker.apply(this);
          }

          @Override
          EventMessage newInvalidationEvent() {
            return maker.apply(this);
          }
        });
  }

  /** Two I/O APICs that send other entries than they have. */
  static Function<ModelConfiguration, Platform> inputs(Sender sender) {
    return machine ->
        new ReferencePlatform(
            new ModelConfiguration(
                machine.apicIds(), machine.features(), IoApicSetup.several(2, INPUTS)),
            (configuration, client) ->
                new ReferenceChipset(configuration, client) {
                  @Override
                  protected IoApic newIoApic(IoApicSetup setup) {
                    return new IoApic(
                        configuration, setup, sending(sender, setup, ioApicWorld(setup)));
                  }
                });
  }

  private static IoApicWorld sending(Sender sender, IoApicSetup setup, IoApicWorld world) {
    return new IoApicWorld() {
      @Override
      public boolean send(InterruptMessage message) {
        return world.send(message);
      }

      @Override
      public boolean send(RedirectionEntry entry, InterruptMessage message) {
        return world.send(sender.sent(setup, entry), message);
      }
    };
  }
}
