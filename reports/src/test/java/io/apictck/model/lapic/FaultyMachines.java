package io.apictck.model.lapic;

import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.platform.Platform;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reference machines of which one part of every local APIC is another one. */
final class FaultyMachines {
  /** Makes a local APIC. */
  @FunctionalInterface
  interface ApicMaker {
    LocalApic make(ModelConfiguration configuration, int cpu, LocalApicWorld world);
  }

  private FaultyMachines() {}

  static Function<ModelConfiguration, Platform> withApics(ApicMaker maker) {
    return machine ->
        new ReferencePlatform(
            machine,
            (configuration, client) ->
                new ReferenceChipset(configuration, client) {
                  @Override
                  protected LocalApic newLocalApic(int cpu) {
                    return maker.make(configuration, cpu, world(cpu));
                  }
                });
  }

  static Function<ModelConfiguration, Platform> withBus(Function<LocalApic[], ApicBus> maker) {
    return machine ->
        new ReferencePlatform(
            machine,
            (configuration, client) ->
                new ReferenceChipset(configuration, client) {
                  @Override
                  protected ApicBus newBus(LocalApic[] apics) {
                    return maker.apply(apics);
                  }
                });
  }

  static Function<ModelConfiguration, Platform> withBase(
      BiFunction<LocalApic, ModelConfiguration, ApicBaseState> maker) {
    return withApics((configuration, cpu, world) ->
        new LocalApic(configuration, cpu, world) {
          @Override
          ApicBaseState newBase(ModelConfiguration same) {
            return maker.apply(this, same);
          }
        });
  }

  static Function<ModelConfiguration, Platform> withQueues(Supplier<InterruptQueues> maker) {
    return withApics((configuration, cpu, world) ->
        new LocalApic(configuration, cpu, world) {
          @Override
          InterruptQueues newQueues() {
            return maker.get();
          }
        });
  }

  static Function<ModelConfiguration, Platform> withLvt(
      BiFunction<LocalApic, ModelConfiguration, LocalVectorTable> maker) {
    return withApics((configuration, cpu, world) ->
        new LocalApic(configuration, cpu, world) {
          @Override
          LocalVectorTable newLocalVectorTable(ModelConfiguration same) {
            return maker.apply(this, same);
          }
        });
  }

  static Function<ModelConfiguration, Platform> withTimer(Function<LocalApic, ApicTimer> maker) {
    return withApics((configuration, cpu, world) ->
        new LocalApic(configuration, cpu, world) {
          @Override
          ApicTimer newTimer() {
            return maker.apply(this);
          }
        });
  }

  static Function<ModelConfiguration, Platform> withErrors(
      Function<LocalApic, ErrorStatusRegister> maker) {
    return withApics((configuration, cpu, world) ->
        new LocalApic(configuration, cpu, world) {
          @Override
          ErrorStatusRegister newErrors() {
            return maker.apply(this);
          }
        });
  }

  static Function<ModelConfiguration, Platform> withCommands(
      Function<LocalApic, InterruptCommandUnit> maker) {
    return withApics((configuration, cpu, world) ->
        new LocalApic(configuration, cpu, world) {
          @Override
          InterruptCommandUnit newCommands() {
            return maker.apply(this);
          }
        });
  }

  static Function<ModelConfiguration, Platform> withDestination(Supplier<Destination> maker) {
    return withApics((configuration, cpu, world) ->
        new LocalApic(configuration, cpu, world) {
          @Override
          Destination newDestination() {
            return maker.get();
          }
        });
  }

  static Function<ModelConfiguration, Platform> withPage(Function<LocalApic, XapicPage> maker) {
    return withApics((configuration, cpu, world) ->
        new LocalApic(configuration, cpu, world) {
          @Override
          XapicPage newPage() {
            return maker.apply(this);
          }
        });
  }

  static Function<ModelConfiguration, Platform> withMsrs(
      BiFunction<LocalApic, ModelConfiguration, X2apicMsrs> maker) {
    return withApics((configuration, cpu, world) ->
        new LocalApic(configuration, cpu, world) {
          @Override
          X2apicMsrs newMsrs(ModelConfiguration same) {
            return maker.apply(this, same);
          }
        });
  }
}
