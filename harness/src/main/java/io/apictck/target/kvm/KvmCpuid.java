package io.apictck.target.kvm;

import io.apictck.arch.Cpuid;
import io.apictck.platform.Feature;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;

/** What CPUID gives on a processor: all that KVM supports, with the APIC ID filled in. */
final class KvmCpuid {
  private static final int MAX_ENTRIES = 256;
  private static final int EXTENDED_TOPOLOGY = 0xB;
  private static final int V2_EXTENDED_TOPOLOGY = 0x1F;
  private static final int HYPERVISOR_LEAVES = 0x4000_0000;
  private static final int SUBLEAVES = 3;

  private final MemorySegment supported;
  private final Set<Feature> without;
  private final boolean deadline;
  private final int processors;

  KvmCpuid(KvmDevice device, Arena arena, Set<Feature> without, int processors) {
    this.supported = arena.allocate(KvmApi.CPUID_HEAD + MAX_ENTRIES * KvmApi.CPUID_ENTRY, 8);
    this.without = without;
    this.deadline = device.extension(KvmApi.CAP_TSC_DEADLINE_TIMER) != 0;
    this.processors = processors;
    supported.set(ValueLayout.JAVA_INT, 0, MAX_ENTRIES);
    device.call(KvmApi.GET_SUPPORTED_CPUID, supported.address(), "GET_SUPPORTED_CPUID");
  }

  /** A struct kvm_cpuid2 for the processor with an APIC ID. */
  MemorySegment of(int apicId, Arena arena) {
    int count = supported.get(ValueLayout.JAVA_INT, 0);
    MemorySegment result =
        arena.allocate(KvmApi.CPUID_HEAD + (long) (count + SUBLEAVES) * KvmApi.CPUID_ENTRY, 8);
    int written = 0;
    for (int i = 0; i < count; i++) {
      MemorySegment from = entry(supported, i);
      int leaf = from.get(ValueLayout.JAVA_INT, 0);
      if (leaf == EXTENDED_TOPOLOGY
          || leaf == V2_EXTENDED_TOPOLOGY
          || (leaf & 0xFFFF_FF00) == HYPERVISOR_LEAVES) {
        continue;
      }
      MemorySegment to = entry(result, written++);
      to.copyFrom(from);
      if (leaf == Cpuid.FEATURES) {
        features(to, apicId);
      }
    }
    for (int subleaf = 0; subleaf < SUBLEAVES; subleaf++) {
      topology(entry(result, written++), subleaf, apicId);
    }
    result.set(ValueLayout.JAVA_INT, 0, written);
    return result;
  }

  private void features(MemorySegment entry, int apicId) {
    int ebx = entry.get(ValueLayout.JAVA_INT, 16) & 0xFFFF;
    entry.set(
        ValueLayout.JAVA_INT, 16, ebx | Math.min(processors, 0xFF) << 16 | (apicId & 0xFF) << 24);
    int ecx = entry.get(ValueLayout.JAVA_INT, 20);
    if (deadline) {
      ecx |= Cpuid.ECX_TSC_DEADLINE;
    }
    if (without.contains(Feature.TSC_DEADLINE)) {
      ecx &= ~Cpuid.ECX_TSC_DEADLINE;
    }
    if (without.contains(Feature.X2APIC)) {
      ecx &= ~Cpuid.ECX_X2APIC;
    }
    if (without.contains(Feature.MONITOR_MWAIT)) {
      ecx &= ~Cpuid.ECX_MONITOR;
    }
    entry.set(ValueLayout.JAVA_INT, 20, ecx);
  }

  /** One thread a core, all cores in one package. */
  private void topology(MemorySegment entry, int subleaf, int apicId) {
    entry.set(ValueLayout.JAVA_INT, 0, EXTENDED_TOPOLOGY);
    entry.set(ValueLayout.JAVA_INT, 4, subleaf);
    entry.set(ValueLayout.JAVA_INT, 8, KvmApi.CPUID_SIGNIFICANT_INDEX);
    entry.set(ValueLayout.JAVA_INT, 12, subleaf == 1 ? Integer.SIZE : 0);
    entry.set(ValueLayout.JAVA_INT, 16, subleaf == 0 ? 1 : subleaf == 1 ? processors : 0);
    entry.set(ValueLayout.JAVA_INT, 20, subleaf | (subleaf < 2 ? subleaf + 1 : 0) << 8);
    entry.set(ValueLayout.JAVA_INT, 24, apicId);
  }

  private static MemorySegment entry(MemorySegment cpuid, int index) {
    return cpuid.asSlice(KvmApi.CPUID_HEAD + (long) index * KvmApi.CPUID_ENTRY, KvmApi.CPUID_ENTRY);
  }
}
