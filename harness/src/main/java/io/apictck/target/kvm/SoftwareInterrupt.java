package io.apictck.target.kvm;

import io.apictck.target.agent.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * INT n and INT3 for kernels without hardware virtualization, whose instruction emulator lacks them
 * in 64-bit mode and leaves them to the VMM (Intel SDM Vol. 3, "64-bit mode IDT" and "Stack
 * switching in IA-32e mode": the stack stays, since the gates name none).
 */
final class SoftwareInterrupt {
  private static final int INT3 = 0xCC;
  private static final int INT = 0xCD;
  private static final int IDT_ENTRY = 16;
  private static final long GATE_TYPE = 0xFL << 40;
  private static final long TRAP_GATE = 0xFL << 40;
  private static final long IF = 1L << 9;

  /** TF, NT and RF. */
  private static final long CLEARED = 1L << 8 | 1L << 14 | 1L << 16;

  private final int vcpu;
  private final GuestMemory memory;
  private final MemorySegment regs;

  SoftwareInterrupt(int vcpu, GuestMemory memory, MemorySegment regs) {
    this.vcpu = vcpu;
    this.memory = memory;
    this.regs = regs;
  }

  /** Executes what KVM stopped at, if it is one of the two. */
  boolean execute() {
    KvmDevice.call(vcpu, KvmApi.GET_SREGS, regs.address(), "GET_SREGS");
    long cs = regs.get(ValueLayout.JAVA_SHORT, KvmApi.SREGS_CS_SELECTOR);
    long ss = regs.get(ValueLayout.JAVA_SHORT, KvmApi.SREGS_SS_SELECTOR);
    long idt = regs.get(ValueLayout.JAVA_LONG, KvmApi.SREGS_IDT_BASE);
    KvmDevice.call(vcpu, KvmApi.GET_REGS, regs.address(), "GET_REGS");
    long rip = register(KvmApi.REGS_RIP);
    int opcode = memoryByte(rip);
    if (opcode != INT && opcode != INT3) {
      return false;
    }
    int vector = opcode == INT ? memoryByte(rip + 1) : 3;
    long rflags = register(KvmApi.REGS_RFLAGS);
    long rsp = register(KvmApi.REGS_RSP);
    long stack = rsp & -16;
    for (long value : new long[] {ss, rsp, rflags, cs, rip + (opcode == INT ? 2 : 1)}) {
      stack -= Long.BYTES;
      memory.write64(stack, value);
    }
    long gate = memory.read64(idt + (long) vector * IDT_ENTRY);
    set(KvmApi.REGS_RIP, (gate & 0xFFFF) | ((gate >>> 32) & 0xFFFF_0000L));
    set(KvmApi.REGS_RSP, stack);
    long kept = (gate & GATE_TYPE) == TRAP_GATE ? rflags : rflags & ~IF;
    set(KvmApi.REGS_RFLAGS, kept & ~CLEARED);
    KvmDevice.call(vcpu, KvmApi.SET_REGS, regs.address(), "SET_REGS");
    return true;
  }

  private int memoryByte(long address) {
    return (int) (memory.read64(address & -8) >>> ((address & 7) * 8)) & 0xFF;
  }

  private long register(int offset) {
    return regs.get(ValueLayout.JAVA_LONG, offset);
  }

  private void set(int offset, long value) {
    regs.set(ValueLayout.JAVA_LONG, offset, value);
  }
}
