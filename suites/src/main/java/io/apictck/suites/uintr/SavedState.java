package io.apictck.suites.uintr;

import io.apictck.arch.Cr4;
import io.apictck.arch.Msr;
import io.apictck.arch.Xsave;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;

/**
 * An area with the state of a thread, saved and restored by a processor.
 *
 * @param cpu the processor
 * @param address where the area lies
 */
record SavedState(Cpu cpu, long address) {
  static final long COMPONENT = 1L << Xsave.USER_INTERRUPTS;

  /** A new area; the processor manages the state of user interrupts from now on. */
  static SavedState of(Cpu cpu) {
    return new SavedState(cpu, cpu.machine().newPage()).by(cpu);
  }

  /** The same area for another processor, which manages the state from now on. */
  SavedState by(Cpu other) {
    long cr4 = other.run(new Instruction.MovFromCr(4))[0];
    other.run(new Instruction.MovToCr(4, cr4 | Cr4.OSXSAVE));
    other.wrmsr(Msr.IA32_XSS, other.rdmsr(Msr.IA32_XSS) | COMPONENT);
    return new SavedState(other, address);
  }

  Instruction restoring() {
    return new Instruction.Xrstors(address, COMPONENT);
  }

  void save() {
    cpu.run(new Instruction.Xsaves(address, COMPONENT));
  }

  void restore() {
    cpu.run(restoring());
  }

  /** A quadword of the header. */
  long header(int offset) {
    return cpu.run(new Instruction.Load(address + offset, Long.BYTES))[0];
  }

  void setHeader(int offset, long value) {
    cpu.run(new Instruction.Store(address + offset, Long.BYTES, value));
  }

  /** A quadword of the component. */
  long get(int offset) {
    return header(Xsave.EXTENDED + offset);
  }

  void set(int offset, long value) {
    setHeader(Xsave.EXTENDED + offset, value);
  }
}
