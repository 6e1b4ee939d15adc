package io.apictck.model.processor;

import io.apictck.arch.Cpuid;
import io.apictck.arch.Xsave;
import io.apictck.arch.uintr.UserInterruptComponent;
import io.apictck.model.ModelConfiguration;
import io.apictck.platform.Feature;
import java.util.Collections;

/**
 * What CPUID answers (Intel SDM Vol. 2A, "CPUID").
 *
 * <p>Supported: the leaves that software needs to find interrupt hardware, its clock and its
 * addresses. Each processor is a core of its own in one package. Deliberate deviation: leaves that
 * do not exist give zeros, not the highest basic leaf.
 */
final class CpuidLeaves {
  /** The four result registers. */
  record Registers(int eax, int ebx, int ecx, int edx) {
    private static final Registers ZERO = new Registers(0, 0, 0, 0);
  }

  /**
   * What depends on the state of the processor.
   *
   * @param apic the local APIC is globally enabled
   * @param xsave CR4.OSXSAVE
   */
  record Flags(boolean apic, boolean xsave) {}

  private static final int BASIC = 0;
  private static final int POWER = 6;
  private static final int EXTENDED = 0x8000_0000;
  private static final int EXTENDED_FEATURES = 0x8000_0001;
  private static final int ADVANCED_POWER = 0x8000_0007;

  /** Family 6, a model number of Skylake's time. */
  private static final int SIGNATURE = 0x0005_06E3;

  /** Bits 15:8 of EBX: cache lines of eight quadwords. */
  private static final int CLFLUSH_LINE = 8 << 8;

  private static final int LINE_BYTES = 64;

  /** MONITOR extensions are enumerated. */
  private static final int MWAIT_EXTENSIONS = 1;

  /** The APIC timer runs in all C-states. */
  private static final int EAX_ARAT = 1 << 2;

  private static final int EBX_TSC_ADJUST = 1 << 1;

  /** SSE3, CMPXCHG16B. */
  private static final int ECX_ALWAYS = 1 | (1 << 13);

  /** FPU, TSC, MSR, PAE, CX8, PGE, CMOV, CLFSH, FXSR, SSE, SSE2. */
  private static final int EDX_ALWAYS =
      1 | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 8) | (1 << 13) | (1 << 15) | (1 << 19) | (1 << 24)
          | (1 << 25) | (1 << 26);

  /** More than one logical processor in the package. */
  private static final int EDX_HTT = 1 << 28;

  private static final int X87_STATE = 1;

  /** Compacted format, and XSAVES. */
  private static final int XSAVES = 1 << 1 | 1 << 3;

  private static final int SUPERVISOR_COMPONENT = 1;
  private static final int LEVEL_SMT = 1 << 8;
  private static final int LEVEL_CORE = 2 << 8;

  private static final int CRYSTAL_HERTZ =
      (int) (1_000_000_000 / ModelConfiguration.NANOS_PER_CRYSTAL_TICK);
  private static final int TSC_PER_CRYSTAL =
      (int) (ModelConfiguration.NANOS_PER_CRYSTAL_TICK * ModelConfiguration.TSC_PER_NANO);

  /** SYSCALL in 64-bit mode, execute disable, Intel 64. */
  private static final int EDX_EXTENDED = (1 << 11) | (1 << 20) | (1 << 29);

  private static final int EDX_INVARIANT_TSC = 1 << 8;

  private CpuidLeaves() {}

  static Registers answer(
      ModelConfiguration configuration, int cpu, Flags flags, int leaf, int subleaf) {
    return switch (leaf) {
      case BASIC -> new Registers(Cpuid.TSC_CRYSTAL, text("Genu"), text("ntel"), text("ineI"));
      case Cpuid.FEATURES -> features(configuration, cpu, flags);
      case Cpuid.MONITOR_LEAF ->
          configuration.has(Feature.MONITOR_MWAIT)
              ? new Registers(
                  LINE_BYTES, LINE_BYTES, MWAIT_EXTENSIONS | Cpuid.MWAIT_INTERRUPT_BREAK, 0)
              : Registers.ZERO;
      case POWER -> new Registers(EAX_ARAT, 0, 0, 0);
      case Cpuid.STRUCTURED_FEATURES ->
          subleaf == 0 ? structuredFeatures(configuration) : Registers.ZERO;
      case Xsave.LEAF ->
          configuration.has(Feature.USER_INTERRUPTS) ? extendedState(subleaf) : Registers.ZERO;
      case Cpuid.TOPOLOGY -> topology(configuration, cpu, subleaf);
      case Cpuid.TSC_CRYSTAL -> new Registers(1, TSC_PER_CRYSTAL, CRYSTAL_HERTZ, 0);
      case EXTENDED -> new Registers(Cpuid.ADDRESS_SIZES, 0, 0, 0);
      case EXTENDED_FEATURES -> new Registers(0, 0, 0, EDX_EXTENDED);
      case ADVANCED_POWER -> new Registers(0, 0, 0, EDX_INVARIANT_TSC);
      case Cpuid.ADDRESS_SIZES ->
          new Registers(
              ModelConfiguration.MAX_PHY_ADDR | (configuration.linearAddressBits() << 8), 0, 0, 0);
      default -> Registers.ZERO;
    };
  }

  private static Registers features(ModelConfiguration configuration, int cpu, Flags flags) {
    int processors = configuration.apicIds().size();
    int initialApicId = configuration.apicIds().get(cpu) << 24;
    int ebx = initialApicId | (Math.min(processors, 0xFF) << 16) | CLFLUSH_LINE;
    int ecx =
        ECX_ALWAYS
            | bit(configuration, Feature.MONITOR_MWAIT, Cpuid.ECX_MONITOR)
            | bit(configuration, Feature.VMX, Cpuid.ECX_VMX)
            | bit(configuration, Feature.X2APIC, Cpuid.ECX_X2APIC)
            | bit(configuration, Feature.TSC_DEADLINE, Cpuid.ECX_TSC_DEADLINE)
            | bit(configuration, Feature.USER_INTERRUPTS, Cpuid.ECX_XSAVE)
            | (flags.xsave() ? Cpuid.ECX_OSXSAVE : 0);
    int edx = EDX_ALWAYS | (flags.apic() ? Cpuid.EDX_APIC : 0) | (processors > 1 ? EDX_HTT : 0);
    return new Registers(SIGNATURE, ebx, ecx, edx);
  }

  private static Registers structuredFeatures(ModelConfiguration configuration) {
    int ebx = EBX_TSC_ADJUST | bit(configuration, Feature.RTM, Cpuid.EBX_RTM);
    int ecx =
        bit(configuration, Feature.WAITPKG, Cpuid.ECX_WAITPKG)
            | bit(configuration, Feature.SHADOW_STACKS, Cpuid.ECX_SHADOW_STACKS)
            | bit(configuration, Feature.FIVE_LEVEL_PAGING, Cpuid.ECX_FIVE_LEVEL_PAGING);
    int edx =
        bit(configuration, Feature.USER_INTERRUPTS, Cpuid.EDX_USER_INTERRUPTS)
            | bit(configuration, Feature.BRANCH_TRACKING, Cpuid.EDX_BRANCH_TRACKING);
    return new Registers(0, ebx, ecx, edx);
  }

  private static Registers extendedState(int subleaf) {
    return switch (subleaf) {
      case 0 -> new Registers(X87_STATE, Xsave.EXTENDED, Xsave.EXTENDED, 0);
      case 1 ->
          new Registers(
              XSAVES, Xsave.EXTENDED + UserInterruptComponent.SIZE, 1 << Xsave.USER_INTERRUPTS, 0);
      case Xsave.USER_INTERRUPTS ->
          new Registers(UserInterruptComponent.SIZE, 0, SUPERVISOR_COMPONENT, 0);
      default -> Registers.ZERO;
    };
  }

  private static Registers topology(ModelConfiguration configuration, int cpu, int subleaf) {
    int x2apicId = configuration.apicIds().get(cpu);
    return switch (subleaf) {
      case 0 -> new Registers(0, 1, LEVEL_SMT, x2apicId);
      case 1 ->
          new Registers(
              Integer.SIZE - Integer.numberOfLeadingZeros(Collections.max(configuration.apicIds())),
              configuration.apicIds().size(),
              LEVEL_CORE | 1,
              x2apicId);
      default -> new Registers(0, 0, subleaf & 0xFF, x2apicId);
    };
  }

  private static int bit(ModelConfiguration configuration, Feature feature, int bit) {
    return configuration.has(feature) ? bit : 0;
  }

  private static int text(String four) {
    return four.charAt(0) | (four.charAt(1) << 8) | (four.charAt(2) << 16) | (four.charAt(3) << 24);
  }
}
