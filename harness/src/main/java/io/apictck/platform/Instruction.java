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

  /** How many bytes it has itself, without what loads its operands and stores its results. */
  default int length() {
    return InstructionEncoder.length(this);
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

  /**
   * LOCK CMPXCHG, 1, 2, 4 or 8 bytes: replaces {@code expected} by {@code value}; gives what was
   * there before, zero-extended, which is {@code expected} where it was replaced.
   */
  record CompareExchange(long address, int width, long expected, long value)
      implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /**
   * LOCK CMPXCHG16B at a multiple of 16: replaces the 128 bits expected by others; gives the low
   * and the high half of what was there before.
   */
  record CompareExchange16(long address, long expectedLow, long expectedHigh, long low, long high)
      implements Instruction {
    @Override
    public int values() {
      return 2;
    }
  }

  /** REP MOVSB; the source and destination must not overlap. */
  record RepMovsb(long destination, long source, long count) implements Instruction {}

  /**
   * ENTER with operands of 16 bits: with RSP = {@code stack} it pushes BP = {@code frame}; if there
   * are levels, then a word of each enclosing frame, read from below {@code frame} downwards, and
   * the word that RSP was after the first push. Then RSP goes down by {@code size}. RSP and RBP are
   * what they were before when its block goes on, which must not need the stack in its set-up.
   *
   * @param stack RSP
   * @param frame RBP
   * @param size bytes of the new frame, 16 bits
   * @param levels nesting level, 0 to 31
   */
  record Enter(long stack, long frame, int size, int levels) implements Instruction {}

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

  /** MOV from CR0, CR2, CR3 or CR4; gives the value. */
  record MovFromCr(int register) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** MOV to CR0, CR3 or CR4. */
  record MovToCr(int register, long value) implements Instruction {}

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

  /** PREFETCHT0 of the line with an address. */
  record Prefetch(long address) implements Instruction {}

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

  /** VMXON; gives the {@link #STATUS_FLAGS}. */
  record Vmxon(long region) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** VMXOFF; gives the {@link #STATUS_FLAGS}. */
  record Vmxoff() implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** VMCLEAR; gives the {@link #STATUS_FLAGS}. */
  record Vmclear(long vmcs) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** VMPTRLD; gives the {@link #STATUS_FLAGS}. */
  record Vmptrld(long vmcs) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** VMPTRST; gives the {@link #STATUS_FLAGS} and the pointer, all ones if there is none. */
  record Vmptrst() implements Instruction {
    @Override
    public int values() {
      return 2;
    }
  }

  /** INVEPT of a type for an EPT pointer; gives the {@link #STATUS_FLAGS}. */
  record Invept(int type, long pointer) implements Instruction {
    /** What was cached for one EPT pointer. */
    public static final int SINGLE_CONTEXT = 1;

    /** What was cached for all of them. */
    public static final int ALL_CONTEXTS = 2;

    @Override
    public int values() {
      return 1;
    }
  }

  /**
   * VMREAD of the field with an encoding; gives the {@link #STATUS_FLAGS} and the value, all ones
   * if it failed.
   */
  record Vmread(int field) implements Instruction {
    @Override
    public int values() {
      return 2;
    }
  }

  /**
   * VMREAD of the field with an encoding to eight bytes of memory, which it leaves alone if it
   * fails; gives the {@link #STATUS_FLAGS}.
   */
  record VmreadToMemory(int field, long address) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** VMWRITE of the field with an encoding; gives the {@link #STATUS_FLAGS}. */
  record Vmwrite(int field, long value) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /**
   * VMLAUNCH; must be the last of its block. Gives the {@link #STATUS_FLAGS} if it does not leave
   * VMX root operation.
   */
  record Vmlaunch() implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** VMRESUME; as {@link Vmlaunch}. */
  record Vmresume() implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /**
   * VMCALL; gives the {@link #STATUS_FLAGS}: in VMX root operation those of its failure, in a guest
   * what they are when the hypervisor has moved RIP behind it.
   */
  record Vmcall() implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** SENDUIPI: an interrupt for the user thread of an entry of the target table. */
  record Senduipi(long index) implements Instruction {}

  /**
   * Removes the user vector from the stack, then UIRET: leaves the context of the user-interrupt
   * handler; must be the last of its block.
   */
  record Uiret() implements Instruction {}

  /** CLUI. */
  record Clui() implements Instruction {}

  /** STUI. */
  record Stui() implements Instruction {}

  /** TESTUI; gives the {@link #STATUS_FLAGS}, of which CF is UIF. */
  record Testui() implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** UMONITOR of an address. */
  record Umonitor(long address) implements Instruction {}

  /**
   * UMWAIT; gives the {@link #STATUS_FLAGS}, of which CF tells that the limit of the operating
   * system ended it.
   *
   * @param control bit 0: the deeper state, from which it is slower to wake, is not used
   * @param deadline value of the time-stamp counter at which it ends
   */
  record Umwait(int control, long deadline) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /** TPAUSE; otherwise as {@link Umwait}. */
  record Tpause(int control, long deadline) implements Instruction {
    @Override
    public int values() {
      return 1;
    }
  }

  /**
   * XBEGIN; gives {@link #STARTED}, or why the transaction aborted, and goes on behind itself then.
   * The end of its block aborts a transaction.
   */
  record Xbegin() implements Instruction {
    /** What it gives if the transaction goes on. */
    public static final long STARTED = 0xFFFF_FFFFL;

    @Override
    public int values() {
      return 1;
    }
  }

  /** XTEST, then XEND if there is a transaction. */
  record Xend() implements Instruction {}

  /** XSAVES of the state components in {@code components}. */
  record Xsaves(long address, long components) implements Instruction {}

  /** XRSTORS of the state components in {@code components}. */
  record Xrstors(long address, long components) implements Instruction {}

  /** CF, PF, AF, ZF, SF and OF: how VMX instructions tell whether they succeeded. */
  long STATUS_FLAGS = 0x8D5;
}
