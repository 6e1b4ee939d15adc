package io.apictck.target.kvm;

import io.apictck.platform.PlatformException;
import io.apictck.target.agent.AgentLayout;
import io.apictck.target.agent.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A virtual processor. */
@SuppressWarnings("restricted") // native memory
final class KvmVcpu implements AutoCloseable {
  /** Why a slice ended. */
  enum SliceEnd {
    /** The processor has nothing to do. */
    IDLE,
    /** It is halted, and nothing is pending that ends this. */
    HALTED,
    /** It waits for a start-up IPI. */
    WAIT_FOR_SIPI,
    /** It goes on: its slice was over. */
    BUSY,
    /** It shut down. */
    SHUT_DOWN
  }

  /** Time to execute a block; a processor that halts in it is noticed that much later. */
  private static final long SLICE = 300_000;

  private final int fd;
  private final MemorySegment run;
  private final MemorySegment argument;
  private final Kick kick;
  private final SoftwareInterrupt softwareInterrupt;

  KvmVcpu(
      KvmVm vm,
      int apicId,
      MemorySegment cpuid,
      int runSize,
      MemorySegment argument,
      Kick kick,
      GuestMemory memory) {
    this.fd = KvmDevice.call(vm.fd(), KvmApi.CREATE_VCPU, apicId, "CREATE_VCPU");
    this.argument = argument;
    this.kick = kick;
    this.softwareInterrupt = new SoftwareInterrupt(fd, memory, argument);
    long address = Libc.mmap(runSize, Libc.PROT_READ_WRITE, Libc.MAP_SHARED, fd);
    if (address < 0) {
      throw new PlatformException("kvm: mmap of a processor failed with errno " + Libc.errno());
    }
    this.run = MemorySegment.ofAddress(address).reinterpret(runSize);
    KvmDevice.call(fd, KvmApi.SET_CPUID2, cpuid.address(), "SET_CPUID2");
    KvmDevice.call(fd, KvmApi.SET_SIGNAL_MASK, kick.mask(), "SET_SIGNAL_MASK");
  }

  /** Power-on state of an application processor; KVM itself leaves it waiting for an INIT. */
  void awaitStartup() {
    argument.set(ValueLayout.JAVA_INT, 0, KvmApi.MP_INIT_RECEIVED);
    KvmDevice.call(fd, KvmApi.SET_MP_STATE, argument.address(), "SET_MP_STATE");
  }

  /**
   * Sets the state of its local APIC to what it is. KVM builds its table of destinations without
   * the processor that is being created; setting a state builds it again.
   */
  void joinDestinations() {
    KvmDevice.call(fd, KvmApi.GET_LAPIC, argument.address(), "GET_LAPIC");
    KvmDevice.call(fd, KvmApi.SET_LAPIC, argument.address(), "SET_LAPIC");
  }

  /** Lets it run until it has nothing to do, or for a moment. */
  SliceEnd slice() {
    try {
      return run();
    } finally {
      kick.disarm();
    }
  }

  private SliceEnd run() {
    int state = state();
    if (state == KvmApi.MP_UNINITIALIZED || state == KvmApi.MP_INIT_RECEIVED) {
      return SliceEnd.WAIT_FOR_SIPI;
    }
    // A look only: with the signal pending, it wakes but does not yet execute. KVM also takes
    // note of timers that expired, which it does not when each run ends in an exit to its monitor.
    kick.now();
    boolean exited = enter();
    kick.consume();
    if (exited) {
      throw new PlatformException(
          "KVM_RUN went on although a signal was pending, exit reason "
              + run.get(ValueLayout.JAVA_INT, KvmApi.RUN_EXIT_REASON));
    }
    if (state == KvmApi.MP_HALTED && state() == KvmApi.MP_HALTED) {
      return SliceEnd.HALTED;
    }
    kick.after(SLICE);
    while (true) {
      if (!enter()) {
        kick.consume();
        return switch (state()) {
          case KvmApi.MP_HALTED -> SliceEnd.HALTED;
          case KvmApi.MP_UNINITIALIZED, KvmApi.MP_INIT_RECEIVED -> SliceEnd.WAIT_FOR_SIPI;
          default -> SliceEnd.BUSY;
        };
      }
      switch (run.get(ValueLayout.JAVA_INT, KvmApi.RUN_EXIT_REASON)) {
        case KvmApi.EXIT_IO -> {
          if (port()) {
            return SliceEnd.IDLE;
          }
        }
        case KvmApi.EXIT_MMIO -> memory();
        case KvmApi.EXIT_SHUTDOWN -> {
          return SliceEnd.SHUT_DOWN;
        }
        case KvmApi.EXIT_INTR,
            KvmApi.EXIT_IRQ_WINDOW_OPEN,
            KvmApi.EXIT_IOAPIC_EOI,
            KvmApi.EXIT_HLT -> {}
        case KvmApi.EXIT_INTERNAL_ERROR -> {
          if (!softwareInterrupt.execute()) {
            throw new PlatformException(internalError());
          }
        }
        default ->
            throw new PlatformException(
                "KVM_RUN ended with exit reason "
                    + run.get(ValueLayout.JAVA_INT, KvmApi.RUN_EXIT_REASON));
      }
    }
  }

  /** What KVM could not do, and where. */
  private String internalError() {
    int suberror = run.get(ValueLayout.JAVA_INT, KvmApi.RUN_INTERNAL_SUBERROR);
    KvmDevice.call(fd, KvmApi.GET_REGS, argument.address(), "GET_REGS");
    long rip = argument.get(ValueLayout.JAVA_LONG, KvmApi.REGS_RIP);
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < KvmApi.RUN_INSTRUCTION_SIZE; i++) {
      code.append(" %02X".formatted(run.get(ValueLayout.JAVA_BYTE, KvmApi.RUN_INSTRUCTION + i)));
    }
    return suberror == KvmApi.INTERNAL_ERROR_EMULATION
        ? "KVM cannot emulate the instruction at %X:%s".formatted(rip, code)
        : "KVM_EXIT_INTERNAL_ERROR, suberror %d, at %X".formatted(suberror, rip);
  }

  /** Whether KVM_RUN ended by an exit, and not by the signal. */
  private boolean enter() {
    if (Libc.ioctl(fd, KvmApi.RUN, 0) >= 0) {
      return true;
    }
    int errno = Libc.errno();
    if (errno == Libc.EINTR || errno == Libc.EAGAIN) {
      return false;
    }
    throw new PlatformException("KVM_RUN failed with errno " + errno);
  }

  private int state() {
    KvmDevice.call(fd, KvmApi.GET_MP_STATE, argument.address(), "GET_MP_STATE");
    return argument.get(ValueLayout.JAVA_INT, 0);
  }

  /** Ports: nothing is there but the one that tells idleness; returns whether it was that. */
  private boolean port() {
    boolean out = run.get(ValueLayout.JAVA_BYTE, KvmApi.RUN_IO_DIRECTION) != 0;
    int port = Short.toUnsignedInt(run.get(ValueLayout.JAVA_SHORT, KvmApi.RUN_IO_PORT));
    if (!out) {
      long size = run.get(ValueLayout.JAVA_BYTE, KvmApi.RUN_IO_SIZE);
      long count = run.get(ValueLayout.JAVA_INT, KvmApi.RUN_IO_COUNT);
      long data = run.get(ValueLayout.JAVA_LONG, KvmApi.RUN_IO_DATA_OFFSET);
      run.asSlice(data, size * count).fill((byte) 0xFF);
    }
    return out && port == AgentLayout.IDLE_PORT;
  }

  /** Memory that is not there: reads give ones. */
  private void memory() {
    if (run.get(ValueLayout.JAVA_BYTE, KvmApi.RUN_MMIO_IS_WRITE) == 0) {
      run.asSlice(KvmApi.RUN_MMIO_DATA, Long.BYTES).fill((byte) 0xFF);
    }
  }

  @Override
  public void close() {
    Libc.munmap(run.address(), run.byteSize());
    Libc.close(fd);
  }
}
