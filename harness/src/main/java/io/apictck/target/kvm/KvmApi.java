package io.apictck.target.kvm;

/** Numbers of the KVM interface (Linux, {@code Documentation/virt/kvm/api.rst}). */
final class KvmApi {
  static final int API_VERSION = 12;

  static final long GET_API_VERSION = 0xAE00;
  static final long CREATE_VM = 0xAE01;
  static final long CHECK_EXTENSION = 0xAE03;
  static final long GET_VCPU_MMAP_SIZE = 0xAE04;
  static final long GET_SUPPORTED_CPUID = 0xC008_AE05L;
  static final long CREATE_VCPU = 0xAE41;
  static final long SET_USER_MEMORY_REGION = 0x4020_AE46;
  static final long SET_TSS_ADDR = 0xAE47;
  static final long CREATE_IRQCHIP = 0xAE60;
  static final long SET_GSI_ROUTING = 0x4008_AE6A;
  static final long CREATE_PIT2 = 0x4040_AE77;
  static final long SET_BOOT_CPU_ID = 0xAE78;
  static final long IRQ_LINE = 0x4008_AE61;
  static final long RUN = 0xAE80;
  static final long GET_REGS = 0x8090_AE81L;
  static final long SET_REGS = 0x4090_AE82L;
  static final long GET_SREGS = 0x8138_AE83L;
  static final long GET_LAPIC = 0x8400_AE8EL;
  static final long SET_LAPIC = 0x4400_AE8F;
  static final long SET_SIGNAL_MASK = 0x4004_AE8B;
  static final long SET_CPUID2 = 0x4008_AE90;
  static final long GET_MP_STATE = 0x8004_AE98L;
  static final long SET_MP_STATE = 0x4004_AE99L;
  static final long ENABLE_CAP = 0x4068_AEA3;
  static final long SIGNAL_MSI = 0x4020_AEA5;

  static final int CAP_PIT2 = 33;
  static final int CAP_TSC_DEADLINE_TIMER = 72;
  static final int CAP_SIGNAL_MSI = 77;
  static final int CAP_SPLIT_IRQCHIP = 121;
  static final int CAP_X2APIC_API = 129;

  /** 32-bit APIC IDs in messages; FFh is no broadcast in x2APIC mode. */
  static final long X2APIC_API_FLAGS = 3;

  static final int MEM_READONLY = 2;

  static final int MP_RUNNABLE = 0;
  static final int MP_UNINITIALIZED = 1;
  static final int MP_INIT_RECEIVED = 2;
  static final int MP_HALTED = 3;

  static final int EXIT_IO = 2;
  static final int EXIT_HLT = 5;
  static final int EXIT_MMIO = 6;
  static final int EXIT_IRQ_WINDOW_OPEN = 7;
  static final int EXIT_SHUTDOWN = 8;
  static final int EXIT_INTR = 10;
  static final int EXIT_INTERNAL_ERROR = 17;
  static final int EXIT_IOAPIC_EOI = 26;

  // struct kvm_run
  static final int RUN_EXIT_REASON = 8;
  static final int RUN_IO_DIRECTION = 32;
  static final int RUN_IO_SIZE = 33;
  static final int RUN_IO_PORT = 34;
  static final int RUN_IO_COUNT = 36;
  static final int RUN_IO_DATA_OFFSET = 40;
  static final int RUN_MMIO_DATA = 40;
  static final int RUN_MMIO_IS_WRITE = 52;
  static final int RUN_INTERNAL_SUBERROR = 32;
  static final int RUN_INSTRUCTION = 49;
  static final int RUN_INSTRUCTION_SIZE = 15;
  static final int INTERNAL_ERROR_EMULATION = 1;

  // struct kvm_regs
  static final int REGS_RSP = 48;
  static final int REGS_RIP = 128;
  static final int REGS_RFLAGS = 136;

  // struct kvm_sregs
  static final int SREGS_CS_SELECTOR = 12;
  static final int SREGS_SS_SELECTOR = 132;
  static final int SREGS_IDT_BASE = 208;

  // struct kvm_cpuid2
  static final int CPUID_HEAD = 8;
  static final int CPUID_ENTRY = 40;
  static final int CPUID_SIGNIFICANT_INDEX = 1;

  private KvmApi() {}
}
