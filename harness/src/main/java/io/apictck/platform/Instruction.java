package io.apictck.platform;

/**
 * One instruction of a block. It knows its machine code, so that a reference processor can
 * interpret the record and a guest agent can execute the bytes.
 */
public sealed interface Instruction {
  /** How many 64-bit values it adds to {@link Event.Completed#values()}. */
  default int values() {
    return 0;
  }

  /** Its machine code for 64-bit mode. */
  default MachineCode machineCode() {
    return InstructionEncoder.encode(this);
  }

  /** Loads 1, 2, 4 or 8 bytes; gives the value, zero-extended. */
  record Load(long address, int width) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** Stores the low 1, 2, 4 or 8 bytes of {@code value}. */
  record Store(long address, int width, long value) implements Instruction {}

  /** LOCK OR with {@code value}, 1, 2, 4 or 8 bytes. */
  record LockedOr(long address, int width, long value) implements Instruction {}

  /** XCHG with memory, 1, 2, 4 or 8 bytes; gives the old value, zero-extended. */
  record Exchange(long address, int width, long value) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** REP MOVSB; the source and destination must not overlap. */
  record RepMovsb(long destination, long source, long count) implements Instruction {}

  /** IN of 1, 2 or 4 bytes; gives the value, zero-extended. */
  record In(int port, int width) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** OUT of 1, 2 or 4 bytes. */
  record Out(int port, int width, int value) implements Instruction {}

  /** RDMSR, with RAX and RDX all ones before; gives RAX and RDX, 64 bits each. */
  record Rdmsr(int msr) implements Instruction {
    @Override
    public int values() {
      return 2;
    }
  }

  /** WRMSR of EDX:EAX. */
  record Wrmsr(int msr, long value) implements Instruction {}

  /** RDTSC; gives EDX:EAX. */
  record Rdtsc() implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** CPUID; gives EAX, EBX, ECX and EDX. */
  record Cpuid(int leaf, int subleaf) implements Instruction {
    @Override
    public int values() {
      return 4;
    }
  }

  /** MOV from CR8; gives the value. */
  record MovFromCr8() implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** MOV to CR8. */
  record MovToCr8(long value) implements Instruction {}

  /** CLI. */
  record Cli() implements Instruction {}

  /** STI. */
  record Sti() implements Instruction {}

  /** HLT. */
  record Hlt() implements Instruction {}

  /** MONITOR of an address. */
  record Monitor(long address) implements Instruction {}

  /** MWAIT; bit 0 of {@code extensions} (ECX) lets pending interrupts end it although IF=0. */
  record Mwait(int extensions) implements Instruction {}

  /** PAUSE. */
  record Pause() implements Instruction {}

  /** NOP. */
  record Nop() implements Instruction {}

  /** MFENCE. */
  record Mfence() implements Instruction {}

  /** MOV SS with the current stack selector. */
  record MovSs() implements Instruction {}

  /** LSS with the current stack. */
  record Lss() implements Instruction {}

  /** PUSHFQ; gives RFLAGS. */
  record Pushf() implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** POPFQ. */
  record Popf(long rflags) implements Instruction {}

  /** INT n. */
  record Int(int vector) implements Instruction {}

  /** INT3: a breakpoint trap. */
  record Int3() implements Instruction {}

  /** UD2. */
  record Ud2() implements Instruction {}

  /** IRETQ: leaves the handler context; must be the last of its block. */
  record Iret() implements Instruction {}

  /**
   * IRETQ with a code segment selector outside of the GDT on the stack: faults with #GP(selector).
   */
  record IretToBadSelector() implements Instruction {
    /** The selector; also the error code. */
    public static final int SELECTOR = 0xFFF8;
  }

  /** RSM: leaves the system-management context; must be the last of its block. */
  record Rsm() implements Instruction {}

  /** SYSRETQ with IF kept: what follows runs with CPL 3. */
  record EnterUser() implements Instruction {}

  /** SYSCALL from CPL 3: what follows runs with CPL 0 again. */
  record LeaveUser() implements Instruction {}
}
