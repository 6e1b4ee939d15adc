package io.apictck.suites.uintr;

import io.apictck.arch.uintr.UserInterruptFrame;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.platform.Instruction;

/**
 * The frame of a user interrupt in memory, accessed by the handler.
 *
 * @param cpu the processor
 * @param address where it lies
 */
record Frame(Cpu cpu, long address) {
  static Frame of(InterruptFrame taken) {
    return new Frame(taken.cpu(), taken.address());
  }

  long vector() {
    return load(UserInterruptFrame.VECTOR);
  }

  long rip() {
    return load(UserInterruptFrame.RIP);
  }

  long rflags() {
    return load(UserInterruptFrame.RFLAGS);
  }

  long rsp() {
    return load(UserInterruptFrame.RSP);
  }

  void setRip(long value) {
    store(UserInterruptFrame.RIP, value);
  }

  void setRflags(long value) {
    store(UserInterruptFrame.RFLAGS, value);
  }

  void setRsp(long value) {
    store(UserInterruptFrame.RSP, value);
  }

  private long load(int offset) {
    return cpu.run(new Instruction.Load(address + offset, Long.BYTES))[0];
  }

  private void store(int offset, long value) {
    cpu.run(new Instruction.Store(address + offset, Long.BYTES, value));
  }
}
