package io.apictck.model.pic;

import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.platform.Feature;
import io.apictck.platform.Platform;
import java.util.function.Function;

/** Reference machines with another pair of 8259 controllers. */
final class FaultyPairs {
  /** Makes a pair. */
  @FunctionalInterface
  interface PairMaker {
    PicPair make(boolean hasElcr, PicWorld world);
  }

  /** Makes one chip. */
  @FunctionalInterface
  interface ChipMaker {
    Pic make(boolean master);
  }

  private FaultyPairs() {}

  static Function<ModelConfiguration, Platform> withPair(PairMaker maker) {
    return machine ->
        new ReferencePlatform(
            machine,
            (configuration, client) ->
                new ReferenceChipset(configuration, client) {
                  @Override
                  protected PicPair newPicPair() {
                    return maker.make(configuration.has(Feature.ELCR), this::interruptRequest);
                  }
                });
  }

  /** Both chips are of another kind. */
  static Function<ModelConfiguration, Platform> withChips(ChipMaker maker) {
    return withPair(
        (hasElcr, world) -> new PicPair(maker.make(true), maker.make(false), hasElcr, world));
  }

  /** The slave is of another kind. */
  static Function<ModelConfiguration, Platform> withSlave(ChipMaker maker) {
    return withPair(
        (hasElcr, world) -> new PicPair(new Pic(true), maker.make(false), hasElcr, world));
  }
}
