package io.apictck.model.chipset;

import io.apictck.model.ModelConfiguration;

/** Makes the interrupt controllers of a machine. */
@FunctionalInterface
public interface ChipsetFactory {
  /**
   * Makes a chipset in any state; {@link Chipset#reset} follows.
   *
   * @param configuration how many processors there are, and what they offer
   * @param client the processors and the clock; not to be called before {@link Chipset#reset}
   */
  Chipset create(ModelConfiguration configuration, ChipsetClient client);
}
