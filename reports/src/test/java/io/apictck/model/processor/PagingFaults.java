package io.apictck.model.processor;

import io.apictck.arch.PagingEntry;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.paging.EptWalk;
import io.apictck.model.processor.paging.MemoryAccess;
import io.apictck.model.processor.paging.PageWalk;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Platform;
import java.util.List;
import java.util.function.Function;

/** Faults in the paging of guests, and in EPT. */
public final class PagingFaults {
  private static final String TESTS = "flexpriority.GuestPagingTests";

  private PagingFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "PAGING-WRITES",
            "A write of a read-only page does not fault",
            with(WritesAnyPage::new),
            TESTS),
        PlantedFault.of(
            "PAGING-ACCESSED", "Accessed flags are not set", with(MarksNothing::new), TESTS),
        PlantedFault.of("PAGING-DIRTY", "Dirty flags are not set", with(MarksNotDirty::new), TESTS),
        PlantedFault.of(
            "EPT-WRITES",
            "A write that EPT forbids is no violation",
            machine -> new ReferencePlatform(machine, ReferenceChipset::new, WritesBehindEpt::new),
            "flexpriority.EptTests"));
  }

  private static final class WritesBehindEpt extends Processor {
    WritesBehindEpt(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected EptWalk eptWalk(VmxWorld machine) {
      return new EptWalk(machine) {
        @Override
        protected boolean allows(long rights, MemoryAccess.Kind kind) {
          return kind == MemoryAccess.Kind.WRITE || super.allows(rights, kind);
        }
      };
    }
  }

  private static Function<ModelConfiguration, Platform> with(Function<VmxWorld, PageWalk> walk) {
    return machine ->
        new ReferencePlatform(
            machine,
            ReferenceChipset::new,
            (world, cpu) ->
                new Processor(world, cpu) {
                  @Override
                  protected PageWalk pageWalk(VmxWorld physical) {
                    return walk.apply(physical);
                  }
                });
  }

  private static final class WritesAnyPage extends PageWalk {
    WritesAnyPage(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean allows(long rights, MemoryAccess access, boolean writeProtect) {
      return super.allows(rights | PagingEntry.WRITABLE, access, writeProtect);
    }
  }

  private static final class MarksNothing extends PageWalk {
    MarksNothing(VmxWorld world) {
      super(world);
    }

    @Override
    protected long flags(MemoryAccess access, boolean leaf) {
      return 0;
    }
  }

  private static final class MarksNotDirty extends PageWalk {
    MarksNotDirty(VmxWorld world) {
      super(world);
    }

    @Override
    protected long flags(MemoryAccess access, boolean leaf) {
      return PagingEntry.ACCESSED;
    }
  }
}
