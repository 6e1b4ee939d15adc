package io.apictck.model.processor;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.vmx.PidPointer;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Faults in IPI virtualization. */
public final class IpiVirtualizationFaults {
  private static final String PAGE = "ipiv.PageTests";
  private static final String MSRS = "ipiv.MsrTests";
  private static final String POSTING = "ipiv.PostingTests";
  private static final String NOTIFICATION = "ipiv.NotificationTests";
  private static final int NOTIFICATION_VECTOR = 0xF2;
  private static final int BROADCAST = 0xFF;
  private static final int SLOT_SHIFT = 4;

  private IpiVirtualizationFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-302",
            "A processor in HLT gets no notification",
            IpiVirtualizationFaults::sleepsOn,
            NOTIFICATION),
        fault("IPIV-VECTOR", "Vectors below 16 are posted", AnyVector::new, POSTING),
        fault("IPIV-LAST", "The last index is not in the table", Exclusive::new, POSTING),
        fault("IPIV-VALID", "The valid bit of an entry is ignored", NoValidBit::new, POSTING),
        fault(
            "IPIV-ENTRY-RESERVED",
            "Reserved bits of an entry are ignored",
            NoReservedBits::new,
            POSTING),
        fault("IPIV-WIDTH", "Addresses beyond the width are followed", AnyWidth::new, POSTING),
        fault("IPIV-ON", "ON does not suppress the notification", IgnoresOn::new, NOTIFICATION),
        fault("IPIV-SN", "SN does not suppress the notification", IgnoresSn::new, NOTIFICATION),
        fault(
            "IPIV-NDST-X2APIC",
            "NDST has 32 bits in xAPIC mode, too",
            world -> new FixedFormat(world, true),
            NOTIFICATION),
        fault(
            "IPIV-NDST-XAPIC",
            "NDST has 8 bits in x2APIC mode, too",
            world -> new FixedFormat(world, false),
            NOTIFICATION),
        fault(
            "IPIV-LOGICAL",
            "Logical destinations are virtualized",
            world -> new Ignoring(world, InterruptCommand.LOGICAL),
            PAGE,
            MSRS),
        fault(
            "IPIV-SHORTHAND",
            "Shorthands are virtualized",
            world -> new Ignoring(world, InterruptCommand.SHORTHAND),
            PAGE,
            MSRS),
        fault(
            "IPIV-MODE",
            "Other delivery modes are virtualized",
            world -> new Ignoring(world, InterruptCommand.DELIVERY_MODE),
            PAGE,
            MSRS),
        fault(
            "IPIV-LEVEL",
            "Level-triggered IPIs are virtualized",
            world -> new Ignoring(world, InterruptCommand.TRIGGER_LEVEL),
            PAGE,
            MSRS),
        fault("IPIV-ASSERT", "Only asserted IPIs are virtualized", NeedsAssert::new, PAGE, MSRS),
        fault(
            "IPIV-RESERVED",
            "WRMSR does not fault for bit 13",
            world -> new Reserved(world, 0, 1 << 13),
            MSRS),
        fault(
            "IPIV-STATUS",
            "WRMSR faults for bit 12",
            world -> new Reserved(world, InterruptCommand.DELIVERY_STATUS, 0),
            MSRS),
        fault("IPIV-SLOT", "300h needs virtual-interrupt delivery", NoSlot::new, PAGE),
        fault("IPIV-HIGH", "310h is virtualized as well", HighSlot::new, PAGE),
        fault("IPIV-SELF", "Self IPIs are not told from others", NoSelfIpi::new, PAGE),
        fault(
            "IPIV-NV",
            "The vector of the notification is not that of the descriptor",
            world ->
                new ApicVirtualization(
                    new Redirected(world) {
                      @Override
                      public void sendIpi(int vector, int apicId) {
                        super.sendIpi(NOTIFICATION_VECTOR, apicId);
                      }
                    }),
            NOTIFICATION),
        fault(
            "IPIV-BROADCAST",
            "The notification reaches all processors",
            world ->
                new ApicVirtualization(
                    new Redirected(world) {
                      @Override
                      public void sendIpi(int vector, int apicId) {
                        super.sendIpi(vector, x2apic() ? -1 : BROADCAST);
                      }
                    }),
            NOTIFICATION),
        fault(
            "IPIV-OTHER-REQUESTS",
            "Posting loses other requests",
            world -> new ApicVirtualization(new Forgetful(world)),
            POSTING));
  }

  @FunctionalInterface
  private interface Virtualization {
    ApicVirtualization of(VmxWorld world);
  }

  private static PlantedFault fault(
      String id, String title, Virtualization virtualization, String... suites) {
    return PlantedFault.of(id, title, with(virtualization), suites);
  }

  private static Function<ModelConfiguration, Platform> with(Virtualization virtualization) {
    return machine ->
        new ReferencePlatform(
            machine,
            ReferenceChipset::new,
            (world, cpu) ->
                new Processor(world, cpu) {
                  @Override
                  protected ApicVirtualization apicVirtualization(VmxWorld physical) {
                    return virtualization.of(physical);
                  }
                });
  }

  private static Platform sleepsOn(ModelConfiguration machine) {
    List<Processor> processors = new ArrayList<>();
    return new ReferencePlatform(
        machine,
        ReferenceChipset::new,
        (world, cpu) -> {
          Processor processor =
              new Processor(world, cpu) {
                @Override
                protected ApicVirtualization apicVirtualization(VmxWorld physical) {
                  return new ApicVirtualization(
                      new Redirected(physical) {
                        @Override
                        public void sendIpi(int vector, int apicId) {
                          Processor target = processors.get(machine.apicIds().indexOf(apicId));
                          if (target.activity() != Activity.HALTED) {
                            super.sendIpi(vector, apicId);
                          }
                        }
                      });
                }
              };
          processors.add(processor);
          return processor;
        });
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

  private static final class Exclusive extends ApicVirtualization {
    Exclusive(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isInTable(int virtualApicId, int lastIndex) {
      return super.isInTable(virtualApicId, lastIndex) && virtualApicId != lastIndex;
    }
  }

  private static final class NoValidBit extends ApicVirtualization {
    NoValidBit(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isUsable(long pointer) {
      return super.isUsable(pointer | PidPointer.VALID);
    }
  }

  private static final class NoReservedBits extends ApicVirtualization {
    NoReservedBits(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isUsable(long pointer) {
      return super.isUsable(pointer & ~PidPointer.RESERVED);
    }
  }

  private static final class AnyWidth extends ApicVirtualization {
    AnyWidth(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isUsable(long pointer) {
      return super.isUsable(pointer & (1L << ModelConfiguration.MAX_PHY_ADDR) - 1);
    }
  }

  private static final class IgnoresOn extends ApicVirtualization {
    IgnoresOn(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean notifies(long control) {
      return super.notifies(control & ~PostedInterruptDescriptor.ON);
    }
  }

  private static final class IgnoresSn extends ApicVirtualization {
    IgnoresSn(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean notifies(long control) {
      return super.notifies(control & ~PostedInterruptDescriptor.SN);
    }
  }

  private static final class FixedFormat extends ApicVirtualization {
    private final boolean wide;

    FixedFormat(VmxWorld world, boolean wide) {
      super(world);
      this.wide = wide;
    }

    @Override
    protected int notificationDestination(long control, boolean x2apic) {
      return super.notificationDestination(control, wide);
    }
  }

  /** Some bits of a command do not matter. */
  private static final class Ignoring extends ApicVirtualization {
    private final int bits;

    Ignoring(VmxWorld world, long bits) {
      super(world);
      this.bits = (int) bits;
    }

    @Override
    protected boolean isVirtualIpi(int vicr) {
      return super.isVirtualIpi(vicr & ~bits);
    }
  }

  private static final class NeedsAssert extends ApicVirtualization {
    NeedsAssert(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isVirtualIpi(int vicr) {
      return super.isVirtualIpi(vicr) && (vicr & InterruptCommand.LEVEL_ASSERT) != 0;
    }
  }

  private static final class Reserved extends ApicVirtualization {
    private final long more;
    private final long less;

    Reserved(VmxWorld world, long more, long less) {
      super(world);
      this.more = more;
      this.less = less;
    }

    @Override
    protected long reservedBits(int msr) {
      long bits = super.reservedBits(msr);
      return msr == LapicRegister.ICR.msr() ? (bits | more) & ~less : bits;
    }
  }

  private static final class NoSlot extends ApicVirtualization {
    NoSlot(VmxWorld world) {
      super(world);
    }

    @Override
    protected long writableSlots(boolean registers, boolean interruptDelivery, boolean ipis) {
      return super.writableSlots(registers, interruptDelivery, false);
    }
  }

  private static final class HighSlot extends ApicVirtualization {
    HighSlot(VmxWorld world) {
      super(world);
    }

    @Override
    protected long writableSlots(boolean registers, boolean interruptDelivery, boolean ipis) {
      long slots = super.writableSlots(registers, interruptDelivery, ipis);
      return ipis ? slots | 1L << (VirtualApicPage.VICR_HI >>> SLOT_SHIFT) : slots;
    }
  }

  private static final class NoSelfIpi extends ApicVirtualization {
    NoSelfIpi(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isSelfIpi(int vicr) {
      return false;
    }
  }

  /** The machine around a processor, for some of its operations to be wrong. */
  private static class Redirected implements VmxWorld {
    private final VmxWorld world;

    Redirected(VmxWorld world) {
      this.world = world;
    }

    @Override
    public long read(long address, int width) {
      return world.read(address, width);
    }

    @Override
    public void write(long address, int width, long value) {
      world.write(address, width, value);
    }

    @Override
    public boolean x2apic() {
      return world.x2apic();
    }

    @Override
    public void endOfInterrupt() {
      world.endOfInterrupt();
    }

    @Override
    public void sendIpi(int vector, int apicId) {
      world.sendIpi(vector, apicId);
    }

    @Override
    public void virtualInterruptChanged() {
      world.virtualInterruptChanged();
    }
  }

  /** Of several bits that are written at once the highest is kept. */
  private static final class Forgetful extends Redirected {
    Forgetful(VmxWorld world) {
      super(world);
    }

    @Override
    public void write(long address, int width, long value) {
      boolean requests = width == Long.BYTES && (address & PostedInterruptDescriptor.CONTROL) == 0;
      super.write(address, width, requests ? Long.highestOneBit(value) : value);
    }
  }
}
