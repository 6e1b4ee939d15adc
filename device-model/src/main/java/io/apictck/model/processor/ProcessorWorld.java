package io.apictck.model.processor;

import io.apictck.model.ModelConfiguration;
import io.apictck.model.bus.SystemBus;
import io.apictck.model.chipset.Chipset;
import io.apictck.platform.Event;

/** What a {@link Processor} sees of the machine: its world. */
public interface ProcessorWorld {
  ModelConfiguration configuration();

  Chipset chipset();

  SystemBus bus();

  /** The VMCSs of the machine. */
  VmcsRegions vmcsRegions();

  /** Now, in nanoseconds since reset. */
  long nanos();

  /** Lets time pass, at least one nanosecond. */
  void advance(long nanos);

  /** How many nanoseconds nothing will happen by itself, from 1. */
  long calm();

  /** Shows an event to the test. */
  void show(Event event);

  /** Whether the gate of a vector is a trap gate. */
  boolean trapGate(int vector);

  /** A processor wants its boundary to be looked at. */
  void attend(int cpu);

  /** A processor has a block that can go on. */
  void runnable(int cpu);

  /** A processor armed its monitor, or its armed monitor is no more. */
  void monitoring(boolean armed);

  /** A processor waits for a time, or does not any more. */
  void waiting(boolean timed);

  /** Memory was written: monitors of that place are triggered. */
  void stored(long address, long length);
}
