package io.apictck.model.processor;

import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Platform;
import java.util.List;
import java.util.function.Function;

/** Faults in APIC-register virtualization and in virtualized x2APIC mode. */
public final class ApicRegisterFaults {
  private ApicRegisterFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "APICV-READ-PPR",
            "Reads of PPR are virtualized",
            with(ReadsOfPpr::new),
            "apicv.RegisterAccessTests"),
        PlantedFault.of(
            "APICV-READ-TMR",
            "Reads of the last TMR register exit",
            with(NoReadsOfTmr::new),
            "apicv.RegisterAccessTests"),
        PlantedFault.of(
            "APICV-WRITE-VERSION",
            "Writes of the version are virtualized",
            with(WritesOfVersion::new),
            "apicv.RegisterAccessTests"),
        PlantedFault.of(
            "APICV-PARTS",
            "Accesses behind the first byte of a register exit",
            with(NoParts::new),
            "apicv.RegisterAccessTests"),
        PlantedFault.of(
            "APICV-PARTS-DELIVERY",
            "With virtual-interrupt delivery alone parts of registers are virtualized",
            with(AlwaysParts::new),
            "apicv.RegisterAccessTests"),
        PlantedFault.of(
            "APICV-ICR-HIGH",
            "A write of VICR_HI leaves its low bytes",
            with(KeepsCommandHigh::new),
            "apicv.RegisterAccessTests"),
        PlantedFault.of(
            "APICV-ICR-HIGH-EXIT",
            "A write of VICR_HI exits",
            with(CommandHighExits::new),
            "apicv.RegisterAccessTests"),
        PlantedFault.of(
            "APICV-X2-RESERVED",
            "Reserved bits of virtualized MSRs are not looked at",
            with(NothingReserved::new),
            "apicv.X2apicMsrTests"),
        PlantedFault.of(
            "APICV-X2-VECTOR",
            "SELF IPI with a vector below 16 is virtualized",
            with(AnyVector::new),
            "apicv.X2apicMsrTests"),
        PlantedFault.of(
            "APICV-OTHER-WRITE",
            "A second write of an instruction to another offset is virtualized",
            with(OtherWrites::new),
            "apicv.SeveralAccessTests"),
        PlantedFault.of(
            "APICV-READ-AFTER-WRITE",
            "A read behind a write of the same instruction is virtualized",
            with(ReadsAfterWrites::new),
            "apicv.SeveralAccessTests"),
        PlantedFault.of(
            "APICV-FAULT-FORGETS",
            "A fault that is delivered drops the emulation of the write before",
            with(FaultForgets::new),
            "apicv.SeveralAccessTests"),
        PlantedFault.of(
            "APICV-EXIT-KEEPS",
            "A VM exit keeps the emulation of a write for the next VM entry",
            with(ExitKeeps::new),
            "apicv.SeveralAccessTests"));
  }

  private static final class OtherWrites extends ApicVirtualization {
    OtherWrites(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean virtualizesOtherWrite() {
      return true;
    }
  }

  private static final class ReadsAfterWrites extends ApicVirtualization {
    ReadsAfterWrites(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean virtualizesReadAfterWrite() {
      return true;
    }
  }

  private static final class FaultForgets extends ApicVirtualization {
    FaultForgets(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean faultKeepsEmulation() {
      return false;
    }
  }

  private static final class ExitKeeps extends ApicVirtualization {
    ExitKeeps(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean exitDropsEmulation() {
      return false;
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

  private static final class ReadsOfPpr extends ApicVirtualization {
    ReadsOfPpr(VmxWorld world) {
      super(world);
    }

    @Override
    protected long readableSlots(boolean registers, boolean delivery) {
      return super.readableSlots(registers, delivery) | 1L << 0xA;
    }
  }

  private static final class NoReadsOfTmr extends ApicVirtualization {
    NoReadsOfTmr(VmxWorld world) {
      super(world);
    }

    @Override
    protected long readableSlots(boolean registers, boolean delivery) {
      return super.readableSlots(registers, delivery) & ~(1L << 0x1F);
    }
  }

  private static final class WritesOfVersion extends ApicVirtualization {
    WritesOfVersion(VmxWorld world) {
      super(world);
    }

    @Override
    protected long writableSlots(boolean registers, boolean delivery, boolean ipis) {
      return super.writableSlots(registers, delivery, ipis) | 1L << 3;
    }
  }

  private static final class NoParts extends ApicVirtualization {
    NoParts(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean virtualizesParts(boolean registers) {
      return false;
    }
  }

  private static final class AlwaysParts extends ApicVirtualization {
    AlwaysParts(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean virtualizesParts(boolean registers) {
      return true;
    }
  }

  private static final class KeepsCommandHigh extends ApicVirtualization {
    KeepsCommandHigh(VmxWorld world) {
      super(world);
    }

    @Override
    protected int commandHighWritten(int vicrHigh) {
      return vicrHigh;
    }
  }

  private static final class CommandHighExits extends ApicVirtualization {
    CommandHighExits(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isCommandHigh(int offset) {
      return false;
    }
  }

  private static final class NothingReserved extends ApicVirtualization {
    NothingReserved(VmxWorld world) {
      super(world);
    }

    @Override
    protected long reservedBits(int msr) {
      return 0;
    }
  }

  private static final class AnyVector extends ApicVirtualization {
    AnyVector(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isLegal(int vector) {
      return true;
    }
  }
}
