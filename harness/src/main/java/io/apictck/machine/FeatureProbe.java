package io.apictck.machine;

import io.apictck.arch.ApicMode;
import io.apictck.arch.ApicVersion;
import io.apictck.arch.Cpuid;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.PciCapability;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vtd.Capability;
import io.apictck.arch.vtd.ExtendedCapability;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import java.util.List;

/** Finds out what the hardware offers, as software does: by CPUID and by version registers. */
public final class FeatureProbe {
  private final Machine machine;

  FeatureProbe(Machine machine) {
    this.machine = machine;
  }

  /** Whether processor 0 and its local APIC (in xAPIC or x2APIC mode now) offer a feature. */
  public boolean has(Feature feature) {
    if (feature.control().isPresent()) {
      return has(Feature.VMX) && VmxCapabilities.of(cpu()).allows(feature.control().get());
    }
    return switch (feature) {
      case X2APIC -> (features().ecx() & Cpuid.ECX_X2APIC) != 0;
      case TSC_DEADLINE -> (features().ecx() & Cpuid.ECX_TSC_DEADLINE) != 0;
      case MONITOR_MWAIT -> (features().ecx() & Cpuid.ECX_MONITOR) != 0;
      case EOI_BROADCAST_SUPPRESSION -> version().canSuppressEoiBroadcast();
      case LVT_PERFORMANCE -> version().maxLvtEntry() >= LapicRegister.LVT_PERFORMANCE.lvtIndex();
      case LVT_THERMAL -> version().maxLvtEntry() >= LapicRegister.LVT_THERMAL.lvtIndex();
      case LVT_CMCI -> version().maxLvtEntry() >= LapicRegister.LVT_CMCI.lvtIndex();
      case IO_APIC -> !machine.description().ioApics().isEmpty();
      case IO_APIC_EOI_REGISTER -> has(Feature.IO_APIC) && machine.ioApic().hasEoiRegister();
      case MSI -> anyFunctionHas(PciCapability.MSI);
      case MSI_X -> anyFunctionHas(PciCapability.MSI_X);
      case PIC,
          ELCR,
          INTR_AT_IO_APIC,
          IMCR,
          PIT,
          RTC,
          ACPI_TABLES,
          MP_TABLE,
          DMAR_TABLE,
          EXTENDED_DESTINATION_ID ->
          machine.description().board().devices().contains(feature);
      case REMAPPING_UNIT -> !remappingUnits().isEmpty();
      case INTERRUPT_REMAPPING -> offersRemapping();
      case EXTENDED_INTERRUPT_MODE ->
          offersRemapping() && extendedCapability().extendedInterruptMode();
      case INTERRUPT_POSTING -> offersRemapping() && capability().postedInterrupts();
      case ENHANCED_SIRTP -> offersRemapping() && capability().enhancedSirtp();
      case WIDE_INVALIDATION_DESCRIPTORS ->
          offersRemapping() && extendedCapability().scalableMode();
      case USER_INTERRUPTS -> (structured().edx() & Cpuid.EDX_USER_INTERRUPTS) != 0;
      case FIVE_LEVEL_PAGING -> (structured().ecx() & Cpuid.ECX_FIVE_LEVEL_PAGING) != 0;
      case WAITPKG -> (structured().ecx() & Cpuid.ECX_WAITPKG) != 0;
      case SHADOW_STACKS -> (structured().ecx() & Cpuid.ECX_SHADOW_STACKS) != 0;
      case BRANCH_TRACKING -> (structured().edx() & Cpuid.EDX_BRANCH_TRACKING) != 0;
      case RTM ->
          (structured().ebx() & Cpuid.EBX_RTM) != 0
              && (structured().edx() & Cpuid.EDX_RTM_ALWAYS_ABORT) == 0;
      case VMX -> offersVmx();
      case VMX_TRUE_CONTROLS -> offersVmx() && VmxCapabilities.of(cpu()).basic().trueControls();
      case HLT_ACTIVITY -> enters(ActivityState.HLT);
      case SHUTDOWN_ACTIVITY -> enters(ActivityState.SHUTDOWN);
      case WAIT_FOR_SIPI_ACTIVITY -> enters(ActivityState.WAIT_FOR_SIPI);
      case VIRTUAL_NMIS,
          VMX_PREEMPTION_TIMER,
          MONITOR_TRAP_FLAG,
          MSR_BITMAPS,
          IO_BITMAPS,
          TPR_SHADOW,
          VIRTUALIZE_APIC_ACCESSES,
          VIRTUALIZE_X2APIC_MODE,
          APIC_REGISTER_VIRTUALIZATION,
          VIRTUAL_INTERRUPT_DELIVERY,
          POSTED_INTERRUPTS,
          IPI_VIRTUALIZATION,
          APIC_TIMER_VIRTUALIZATION,
          EPT,
          UNRESTRICTED_GUEST,
          LOAD_UINV,
          CLEAR_UINV ->
          throw new IllegalStateException(feature + " is a control");
    };
  }

  private boolean offersRemapping() {
    return !remappingUnits().isEmpty()
        && extendedCapability().queuedInvalidation()
        && extendedCapability().interruptRemapping();
  }

  private Capability capability() {
    return Capability.of(remappingRegister(RemappingRegister.CAP));
  }

  private ExtendedCapability extendedCapability() {
    return ExtendedCapability.of(remappingRegister(RemappingRegister.ECAP));
  }

  private long remappingRegister(RemappingRegister register) {
    return cpu()
        .run(
            new Instruction.Load(
                remappingUnits().getFirst().address() + register.offset(), register.width()))[0];
  }

  private List<Board.RemappingUnit> remappingUnits() {
    return machine.description().board().remappingUnits();
  }

  /** Leaf 7; zeros where that leaf is missing. */
  private Cpu.CpuidResult structured() {
    return Integer.compareUnsigned(cpu().cpuid(0).eax(), Cpuid.STRUCTURED_FEATURES) >= 0
        ? cpu().cpuid(Cpuid.STRUCTURED_FEATURES)
        : new Cpu.CpuidResult(0, 0, 0, 0);
  }

  private boolean offersVmx() {
    if (!machine.offers(Stimulus.VM_ENTRY) || (features().ecx() & Cpuid.ECX_VMX) == 0) {
      return false;
    }
    long needed = Msr.FEATURE_CONTROL_LOCK | Msr.FEATURE_CONTROL_VMXON;
    return (cpu().rdmsr(Msr.IA32_FEATURE_CONTROL) & needed) == needed;
  }

  private boolean enters(ActivityState state) {
    return offersVmx() && VmxCapabilities.of(cpu()).misc().supports(state);
  }

  /** Why {@link #has} says no: the predicate that failed. */
  public static String predicate(Feature feature) {
    if (feature.control().isPresent()) {
      return "the VMX capability MSRs allow " + feature.control().get() + " = 1";
    }
    return switch (feature) {
      case X2APIC -> "CPUID.01H:ECX[21] = 1";
      case TSC_DEADLINE -> "CPUID.01H:ECX[24] = 1";
      case MONITOR_MWAIT -> "CPUID.01H:ECX[3] = 1";
      case EOI_BROADCAST_SUPPRESSION -> "local APIC version register bit 24 = 1";
      case LVT_PERFORMANCE -> "local APIC version register bits 23:16 >= 4";
      case LVT_THERMAL -> "local APIC version register bits 23:16 >= 5";
      case LVT_CMCI -> "local APIC version register bits 23:16 >= 6";
      case IO_APIC -> "the platform describes an I/O APIC";
      case IO_APIC_EOI_REGISTER -> "I/O APIC version register bits 7:0 >= 20h";
      case PIC -> "the board has a pair of 8259 controllers";
      case ELCR -> "the 8259 pair has edge/level control registers";
      case INTR_AT_IO_APIC -> "INTR of the 8259 pair is wired to input 0 of the I/O APIC";
      case IMCR -> "the board has an interrupt mode configuration register";
      case PIT -> "the board has an 8254 timer on ISA interrupt 0";
      case RTC -> "the board has an MC146818 clock on ISA interrupt 8";
      case ACPI_TABLES -> "firmware left ACPI tables";
      case MP_TABLE -> "firmware left an MP configuration table";
      case EXTENDED_DESTINATION_ID -> "messages carry destination ID bits 14:8";
      case MSI -> "a PCI function has an MSI capability";
      case MSI_X -> "a PCI function has an MSI-X capability";
      case DMAR_TABLE -> "firmware left a DMA remapping reporting table";
      case REMAPPING_UNIT -> "the platform describes a remapping unit";
      case INTERRUPT_REMAPPING -> "ECAP.QI = ECAP.IR = 1 of the remapping unit";
      case EXTENDED_INTERRUPT_MODE -> "ECAP.EIM of the remapping unit = 1";
      case INTERRUPT_POSTING -> "CAP.PI of the remapping unit = 1";
      case ENHANCED_SIRTP -> "CAP.ESIRTPS of the remapping unit = 1";
      case WIDE_INVALIDATION_DESCRIPTORS -> "ECAP.SMTS of the remapping unit = 1";
      case USER_INTERRUPTS -> "CPUID.(07H,0):EDX[5] = 1";
      case FIVE_LEVEL_PAGING -> "CPUID.(07H,0):ECX[16] = 1";
      case WAITPKG -> "CPUID.(07H,0):ECX[5] = 1";
      case SHADOW_STACKS -> "CPUID.(07H,0):ECX[7] = 1";
      case BRANCH_TRACKING -> "CPUID.(07H,0):EDX[20] = 1";
      case RTM -> "CPUID.(07H,0):EBX[11] = 1 and EDX[11] = 0";
      case VMX -> "CPUID.01H:ECX[5] = 1, and IA32_FEATURE_CONTROL allows VMXON";
      case VMX_TRUE_CONTROLS -> "IA32_VMX_BASIC[55] = 1";
      case HLT_ACTIVITY -> "IA32_VMX_MISC[6] = 1";
      case SHUTDOWN_ACTIVITY -> "IA32_VMX_MISC[7] = 1";
      case WAIT_FOR_SIPI_ACTIVITY -> "IA32_VMX_MISC[8] = 1";
      case VIRTUAL_NMIS,
          VMX_PREEMPTION_TIMER,
          MONITOR_TRAP_FLAG,
          MSR_BITMAPS,
          IO_BITMAPS,
          TPR_SHADOW,
          VIRTUALIZE_APIC_ACCESSES,
          VIRTUALIZE_X2APIC_MODE,
          APIC_REGISTER_VIRTUALIZATION,
          VIRTUAL_INTERRUPT_DELIVERY,
          POSTED_INTERRUPTS,
          IPI_VIRTUALIZATION,
          APIC_TIMER_VIRTUALIZATION,
          EPT,
          UNRESTRICTED_GUEST,
          LOAD_UINV,
          CLEAR_UINV ->
          throw new IllegalStateException(feature + " is a control");
    };
  }

  private boolean anyFunctionHas(int capability) {
    return machine.functions().stream().anyMatch(function -> function.has(capability));
  }

  /** Number of physical address bits, CPUID.80000008H:EAX[7:0]; 36 where that leaf is missing. */
  public int maxPhyAddr() {
    if (Integer.compareUnsigned(cpu().cpuid(0x8000_0000).eax(), Cpuid.ADDRESS_SIZES) < 0) {
      return 36;
    }
    return cpu().cpuid(Cpuid.ADDRESS_SIZES).eax() & 0xFF;
  }

  private Cpu cpu() {
    return machine.cpu(0);
  }

  private Cpu.CpuidResult features() {
    return cpu().cpuid(Cpuid.FEATURES);
  }

  private ApicVersion version() {
    if (cpu().lapic().mode() == ApicMode.DISABLED) {
      throw new IllegalStateException(
          "the local APIC of CPU 0 is disabled: its version register cannot be read");
    }
    return cpu().lapic().version();
  }
}
