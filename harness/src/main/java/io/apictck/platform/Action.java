package io.apictck.platform;

import java.util.List;

/** Something a test does to a machine. */
public sealed interface Action {
  /**
   * Runs a straight-line block of instructions, back to back, in the current context of a
   * processor.
   *
   * @param cpu processor index, from 0
   * @param block number that the events of this block carry; positive, rising within a test
   * @param instructions at least one
   */
  record Execute(int cpu, long block, List<Instruction> instructions) implements Action {
    /** Takes a copy of the list. */
    public Execute {
      instructions = List.copyOf(instructions);
    }
  }

  /**
   * Drives the wire of a global system interrupt: the input of an I/O APIC, and of the 8259 pair if
   * it is an ISA interrupt (see {@link Board}).
   *
   * @param gsi global system interrupt, one of {@link Board#lines}
   * @param asserted logical level, whatever the polarity of the wire
   */
  record SetLine(int gsi, boolean asserted) implements Action {}

  /**
   * Drives an input of one processor.
   *
   * @param cpu processor index
   * @param line which input
   * @param asserted electrical level of LINT0 and LINT1 (true is high); for the others: whether the
   *     event is signalled
   */
  record SetLocalLine(int cpu, LocalLine line, boolean asserted) implements Action {}

  /**
   * Says which vector the external (8259-compatible) interrupt controller answers when a processor
   * acknowledges an external interrupt, from now until reset; before that the 8259 pair answers, if
   * the board has one.
   *
   * @param vector 0 to FFh
   */
  record SupplyVector(int vector) implements Action {}

  /**
   * Makes an interrupt condition of a PCI function true or false; the function tells of it by its
   * interrupt pin, or when it becomes true by a message, as its configuration space says.
   *
   * @param requesterId bus, device and function, one of {@link Board#functions}
   * @param number which one, from 0: the number of its message
   * @param pending whether the function now has a reason to interrupt
   */
  record FunctionInterrupt(int requesterId, int number, boolean pending) implements Action {}

  /**
   * An upstream memory write of a PCI function; to FEEx_xxxxh it is an interrupt message.
   *
   * @param requesterId bus, device and function, 16 bits
   * @param address physical address, a multiple of four
   * @param data 32 bits
   */
  record DeviceWrite(int requesterId, long address, int data) implements Action {}

  /**
   * Lets time pass, until there is an event or the time is over.
   *
   * @param nanos how long at most, in nanoseconds of the platform's time
   */
  record Elapse(long nanos) implements Action {}

  /** Brings the whole machine to its power-on state. */
  record Reset() implements Action {}

  /**
   * Chooses the kind of gate through which a vector enters its handler, on all processors, until
   * reset.
   *
   * @param vector 0 to FFh
   * @param trap true for a trap gate (IF is kept), false for an interrupt gate (IF is cleared)
   */
  record SetGate(int vector, boolean trap) implements Action {}
}
