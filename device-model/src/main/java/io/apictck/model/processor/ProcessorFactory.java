package io.apictck.model.processor;

/**
 * Makes the processors of a machine, so that a processor with other decisions can take the place of
 * the reference one.
 */
@FunctionalInterface
public interface ProcessorFactory {
  /**
   * Makes a processor; a reset follows.
   *
   * @param world what it sees of the machine
   * @param cpu its index
   */
  Processor create(ProcessorWorld world, int cpu);
}
