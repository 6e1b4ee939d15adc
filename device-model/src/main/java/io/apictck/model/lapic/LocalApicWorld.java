package io.apictck.model.lapic;

/** What one local APIC sees of its processor, of the clock and of the other APICs. */
public interface LocalApicWorld {
  /** The INTR signal to the processor may have changed. */
  void interruptChanged();

  /** A non-maskable interrupt for the processor. */
  void nmi();

  /** A system-management interrupt for the processor. */
  void smi();

  /** INIT for the processor. */
  void init();

  /** A start-up IPI for the processor. */
  void startUp(int vector);

  /** Now, in nanoseconds. */
  long nanos();

  /** The time-stamp counter of the processor now. */
  long tsc();

  /** When the time-stamp counter reaches {@code tsc} (unsigned), in nanoseconds; not before now. */
  long nanosAtTsc(long tsc);

  /** An acknowledge cycle of the external interrupt controller: the vector it answers. */
  int acknowledgeExternal();

  /** Sends a message to all local APICs that it addresses, to the sender only if asked for. */
  void send(InterruptMessage message, boolean includingSelf);

  /** A level-triggered interrupt was ended: tells all I/O APICs. */
  void endOfInterrupt(int vector);

  /** When {@link LocalApic#advance} is due, in nanoseconds; {@link Long#MAX_VALUE} for never. */
  void timerDue(long nanos);
}
