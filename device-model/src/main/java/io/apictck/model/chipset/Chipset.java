package io.apictck.model.chipset;

import io.apictck.platform.LocalLine;

/**
 * All interrupt controllers of a machine, and the devices that interrupt, behind one interface:
 * local APICs, 8259 pair, I/O APICs, interrupt messages, timers, PCI functions.
 *
 * <p>Processors are numbered from 0. Everything happens in one thread; a chipset has no clock but
 * {@link #advanceTo}. What it has to say to the processors it says through the {@link
 * ChipsetClient} that it was built with.
 */
public interface Chipset {
  /** Power-on state. Time starts at 0 again. */
  void reset();

  /** INIT reached a processor: its local APIC takes the state after INIT. */
  void init(int cpu);

  /**
   * Whether a physical address belongs to a register page as this processor sees it at this moment.
   */
  boolean decodes(int cpu, long address);

  /**
   * Reads from a register page.
   *
   * @param width 1, 2, 4 or 8 bytes
   * @return the value, zero-extended
   */
  long read(int cpu, long address, int width);

  /** Writes to a register page: the low {@code width} bytes of {@code value}. */
  void write(int cpu, long address, int width, long value);

  /**
   * Reads a port.
   *
   * @param port 0 to FFFFh
   * @param width 1, 2 or 4 bytes
   * @return the value, zero-extended; all ones if nobody decodes the port
   */
  default long in(int cpu, int port, int width) {
    return -1L >>> (Long.SIZE - Byte.SIZE * width);
  }

  /** Writes the low {@code width} bytes of {@code value} to a port. */
  default void out(int cpu, int port, int width, int value) {}

  /** Whether the chipset, not the processor, answers for an MSR. */
  boolean ownsMsr(int msr);

  /**
   * Reads an MSR that the chipset owns.
   *
   * @throws GeneralProtectionException if RDMSR raises #GP(0)
   */
  long rdmsr(int cpu, int msr);

  /**
   * Writes an MSR that the chipset owns.
   *
   * @throws GeneralProtectionException if WRMSR raises #GP(0); nothing changed then
   */
  void wrmsr(int cpu, int msr, long value);

  /** The time-stamp counter of a processor was set: what waits for it comes at another time now. */
  default void timeStampCounterChanged(int cpu) {}

  /** Whether the local APIC of a processor is in x2APIC mode. */
  default boolean x2apic(int cpu) {
    return ChipsetOrders.x2apic(this, cpu);
  }

  /** EOI to the local APIC of a processor. */
  default void eoi(int cpu) {
    ChipsetOrders.eoi(this, cpu);
  }

  /**
   * A fixed, edge-triggered IPI of the local APIC of a processor in physical destination mode.
   *
   * @param apicId an APIC ID as the mode of the sender has it
   */
  default void sendIpi(int cpu, int vector, int apicId) {
    ChipsetOrders.sendIpi(this, cpu, vector, apicId);
  }

  /** As {@link #sendIpi}, by a write of the interrupt command register. */
  default void commandIpi(int cpu, int vector, int apicId) {
    ChipsetOrders.commandIpi(this, cpu, vector, apicId);
  }

  /** CR8: bits 7:4 of the task priority, 0 to 15. */
  int cr8(int cpu);

  /** Sets CR8, 0 to 15. */
  void setCr8(int cpu, int value);

  /** Whether the local APIC of a processor is globally enabled: CPUID.1:EDX[9]. */
  boolean apicEnabled(int cpu);

  /** Whether a maskable interrupt asks for a processor's attention: its INTR signal. */
  boolean interruptRequested(int cpu);

  /**
   * The processor acknowledges the interrupt (INTA).
   *
   * @return the vector to be taken, 0 to FFh
   */
  int acknowledge(int cpu);

  /** Drives the wire of a global system interrupt; logical level. */
  void setLine(int gsi, boolean asserted);

  /** Makes an interrupt condition of a PCI function true or false. */
  default void functionInterrupt(int requesterId, int number, boolean pending) {
    throw new IllegalArgumentException("there is no PCI function " + requesterId);
  }

  /**
   * Drives an input of one processor's local APIC; INIT and SMI pins do not come here. Electrical
   * level.
   */
  void setLocalLine(int cpu, LocalLine line, boolean asserted);

  /**
   * What an external interrupt controller answers to acknowledge cycles, in place of the 8259 pair,
   * from now on until reset.
   */
  void supplyVector(int vector);

  /** An upstream write of a PCI function into the interrupt message range FEEx_xxxxh. */
  void message(int requesterId, long address, int data);

  /** Moves time to {@code nanos}, never backwards; all that was due until then happens. */
  void advanceTo(long nanos);

  /**
   * When something happens by itself next, in nanoseconds; {@link Long#MAX_VALUE} if nothing will.
   */
  long nextEvent();
}
