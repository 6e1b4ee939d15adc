package io.apictck.model.processor;

import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Platform;
import java.util.List;
import java.util.function.Function;

/** Faults in TPR shadow, TPR threshold, and the APIC-access page. */
public final class FlexPriorityFaults {
  private FlexPriorityFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "FLEX-CR8-READ",
            "MOV from CR8 gives all of VTPR",
            with(Cr8Unshifted::new),
            "flexpriority.Cr8ShadowTests"),
        PlantedFault.of(
            "FLEX-CR8-WRITE",
            "MOV to CR8 sets the low bits of VTPR",
            with(Cr8SetsLowBits::new),
            "flexpriority.Cr8ShadowTests"),
        PlantedFault.of(
            "FLEX-VTPR-BYTES",
            "A write of the page leaves bytes 3:1 of VTPR",
            with(KeepsHighBytes::new),
            "flexpriority.AccessPageTests"),
        PlantedFault.of(
            "FLEX-THRESHOLD-EQUAL",
            "A priority equal to the threshold exits",
            with(ExitsWhenEqual::new),
            "flexpriority.TprThresholdTests"),
        PlantedFault.of(
            "FLEX-THRESHOLD-ENTRY",
            "VM entry does not compare with the threshold",
            with(EntryComparesNothing::new),
            "flexpriority.TprThresholdAtEntryTests"),
        PlantedFault.of(
            "FLEX-THRESHOLD-IGNORED",
            "Writes of the task priority do not compare with the threshold",
            with(WritesCompareNothing::new),
            "flexpriority.TprThresholdTests"),
        PlantedFault.of(
            "FLEX-PAGE-WIDE",
            "An access of eight bytes is virtualized",
            with(WideAccesses::new),
            "flexpriority.AccessPageTests"),
        PlantedFault.of(
            "FLEX-PAGE-WRITES",
            "Without APIC-register virtualization writes of SVR are virtualized",
            with(MoreWrites::new),
            "flexpriority.AccessPageTests"),
        PlantedFault.of(
            "FLEX-PREFETCH",
            "A prefetch from the page exits",
            with(PrefetchExits::new),
            "flexpriority.AccessKindTests"),
        PlantedFault.of(
            "FLEX-FETCH",
            "An instruction fetch counts as a read of data",
            with(FetchReads::new),
            "flexpriority.FetchTests"),
        PlantedFault.of(
            "FLEX-STRUCTURES",
            "Page tables in the page are memory as any other",
            with(StructuresPass::new),
            "flexpriority.PagingStructureTests"),
        PlantedFault.of(
            "FLEX-STRUCTURE-TYPE",
            "A walk for the frame of an event has the access type of one for an instruction",
            with(OneStructureType::new),
            "flexpriority.PagingStructureTests"));
  }

  private static final class StructuresPass extends ApicVirtualization {
    StructuresPass(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean structureAccessExits() {
      return false;
    }
  }

  private static final class OneStructureType extends ApicVirtualization {
    OneStructureType(VmxWorld world) {
      super(world);
    }

    @Override
    protected ApicAccessType structureType(boolean delivery) {
      return ApicAccessType.PHYSICAL_EXECUTION;
    }
  }

  private static final class FetchReads extends ApicVirtualization {
    FetchReads(VmxWorld world) {
      super(world);
    }

    @Override
    protected ApicAccessType fetchType() {
      return ApicAccessType.READ;
    }
  }

  private static final class PrefetchExits extends ApicVirtualization {
    PrefetchExits(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean prefetchReads() {
      return true;
    }
  }

  private static Function<ModelConfiguration, Platform> with(
      Function<VmxWorld, ApicVirtualization> apic) {
    return machine ->
        new ReferencePlatform(
            machine,
            ReferenceChipset::new,
            (world, cpu) ->
                new Processor(world, cpu) {
                  @Override
                  protected ApicVirtualization apicVirtualization(VmxWorld physical) {
                    return apic.apply(physical);
                  }
                });
  }

  private static final class Cr8Unshifted extends ApicVirtualization {
    Cr8Unshifted(VmxWorld world) {
      super(world);
    }

    @Override
    protected int cr8(int vtpr) {
      return vtpr & 0xFF;
    }
  }

  private static final class Cr8SetsLowBits extends ApicVirtualization {
    Cr8SetsLowBits(VmxWorld world) {
      super(world);
    }

    @Override
    protected int taskPriorityOfCr8(int cr8) {
      return cr8;
    }
  }

  private static final class KeepsHighBytes extends ApicVirtualization {
    KeepsHighBytes(VmxWorld world) {
      super(world);
    }

    @Override
    protected int taskPriorityWritten(int vtpr) {
      return vtpr;
    }
  }

  private static final class ExitsWhenEqual extends ApicVirtualization {
    ExitsWhenEqual(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean belowThreshold(int vtpr, int threshold) {
      return super.belowThreshold(vtpr - 0x10, threshold);
    }
  }

  private static final class EntryComparesNothing extends ApicVirtualization {
    EntryComparesNothing(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean thresholdCountsAtEntry(boolean accesses, boolean delivery) {
      return false;
    }
  }

  private static final class WritesCompareNothing extends ApicVirtualization {
    WritesCompareNothing(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean thresholdCounts(boolean delivery) {
      return false;
    }
  }

  private static final class WideAccesses extends ApicVirtualization {
    WideAccesses(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean fits(int offset, int width) {
      return (offset & 0xF) + width <= Long.BYTES;
    }
  }

  private static final class MoreWrites extends ApicVirtualization {
    MoreWrites(VmxWorld world) {
      super(world);
    }

    @Override
    protected long writableSlots(boolean registers, boolean delivery, boolean ipis) {
      return super.writableSlots(registers, delivery, ipis) | 1L << 0xF;
    }
  }
}
