package io.apictck.model.processor.uintr;

import io.apictck.arch.Rflags;
import io.apictck.arch.uintr.UserInterruptTarget;
import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.Processor;
import io.apictck.model.processor.ProcessorWorld;
import java.util.List;

/** Faults in user interrupts. */
public final class UserInterruptFaults {
  private static final String SAVED = "uintr.SavedStateTests";
  private static final String SEND = "uintr.SendTests";
  private static final String NOTIFICATION = "uintr.NotificationTests";
  private static final String DELIVERY = "uintr.DeliveryTests";
  private static final String INSTRUCTION = "uintr.InstructionTests";
  private static final String MSR = "uintr.MsrTests";
  private static final String GUEST = "uintr.GuestTests";
  private static final String APICV = "apicv.UserNotificationTests";

  private UserInterruptFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        of("BUG-315", "The alignment of descriptors is not checked", AnyAlignment::new, SEND),
        of("BUG-316", "The destination in xAPIC mode is the low byte of NDST", LowByte::new, SEND),
        of("BUG-318", "The notification is never sent", NeverNotifies::new, SEND),
        of("UINTR-NDST", "NDST has one byte in x2APIC mode, too", AlwaysXapic::new, SEND),
        of("UINTR-TT", "SENDUIPI needs no enable bit", NoEnableBit::new, SEND),
        of("UINTR-INDEX", "An index has 32 bits", ShortIndex::new, SEND),
        of("UINTR-SIZE", "UITTSZ is a number of entries", SizeIsCount::new, SEND),
        of("UINTR-VALID", "Entries need not be valid", NoValidBit::new, SEND),
        of("UINTR-ENTRY", "Reserved bits of entries are ignored", NoReservedBits::new, SEND),
        of("UINTR-UPID", "Reserved bits of descriptors are ignored", AnyDescriptor::new, SEND),
        of("UINTR-SEND-ON", "ON does not suppress the notification", IgnoresOn::new, SEND),
        of("UINTR-SEND-SN", "SN does not suppress the notification", IgnoresSn::new, SEND),
        of(
            "UINTR-REQUESTS",
            "New requests replace those before",
            ReplacesRequests::new,
            SEND,
            NOTIFICATION),
        of(
            "UINTR-NOTIFY",
            "Notifications are interrupts",
            NoNotifications::new,
            NOTIFICATION,
            APICV),
        of(
            "UINTR-UINV",
            "All vectors of the class of UINV are notifications",
            AnyOfTheClass::new,
            NOTIFICATION,
            APICV),
        of("UINTR-EOI", "The processor does not end notifications", NoEoi::new, NOTIFICATION),
        of("UINTR-ON", "ON stays", KeepsOn::new, NOTIFICATION, APICV),
        of("UINTR-SN", "Processing clears SN", ClearsSn::new, NOTIFICATION, APICV),
        of("UINTR-PIR", "Requests stay in the descriptor", KeepsRequests::new, NOTIFICATION, APICV),
        of("UINTR-ORDER", "The lowest vector comes first", LowestFirst::new, DELIVERY),
        of("UINTR-ALL", "Delivery clears all requests", ClearsAll::new, DELIVERY),
        of("UINTR-NEST", "Handlers nest", Nests::new, DELIVERY),
        of("UINTR-CPL", "The kernel takes user interrupts", InTheKernel::new, DELIVERY),
        of("UINTR-UIF", "UIF does not matter", IgnoresUif::new, DELIVERY),
        of("UINTR-MOV-SS", "The shadow of MOV SS does not matter", IgnoresShadow::new, GUEST),
        of("UINTR-ALIGN", "The stack is not aligned", NotAligned::new, DELIVERY),
        of("UINTR-STACK", "UISTACKADJUST is always subtracted", AlwaysSubtracts::new, DELIVERY),
        of("UINTR-TF", "TF stays in the handler", KeepsTf::new, DELIVERY),
        of("UINTR-IF", "Delivery clears IF", ClearsIf::new, DELIVERY),
        of("UINTR-UIRET-IF", "UIRET loads IF", LoadsIf::new, INSTRUCTION),
        of("UINTR-UIRET-FLAGS", "UIRET keeps the flags", KeepsFlags::new, INSTRUCTION),
        of("UINTR-UIRET-UIF", "UIRET leaves UIF 0", KeepsUif::new, INSTRUCTION),
        of(
            "UINTR-CANONICAL",
            "Addresses need not be canonical",
            AnyAddress::new,
            MSR,
            SEND,
            INSTRUCTION),
        of("UINTR-MISC", "Reserved bits of MSRs are ignored", AnyValue::new, MSR),
        of("UINTR-XSAVES", "XSAVES keeps UINV", SaveKeepsUinv::new, SAVED),
        of("UINTR-XRSTORS", "XRSTORS replaces a state with UINV", RestoresAlways::new, SAVED));
  }

  /** Makes the user interrupts of a processor. */
  @FunctionalInterface
  private interface Maker {
    UserInterrupts make(UserInterruptWorld world);
  }

  private static PlantedFault of(String id, String title, Maker maker, String... suites) {
    return PlantedFault.of(
        id,
        title,
        configuration ->
            new ReferencePlatform(
                configuration,
                ReferenceChipset::new,
                (world, cpu) -> new FaultyProcessor(world, cpu, maker)),
        suites);
  }

  private static final class FaultyProcessor extends Processor {
    private final Maker maker;

    FaultyProcessor(ProcessorWorld world, int cpu, Maker maker) {
      super(world, cpu);
      this.maker = maker;
    }

    @Override
    protected UserInterrupts newUserInterrupts(UserInterruptWorld machine) {
      return maker.make(machine);
    }
  }

  private static final class AnyAlignment extends UserInterrupts {
    AnyAlignment(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean isUsable(long control, long upidAddress) {
      return super.isUsable(control, upidAddress & ~UserInterruptTarget.ADDRESS_RESERVED);
    }
  }

  private static final class LowByte extends UserInterrupts {
    LowByte(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected int notificationDestination(int ndst, boolean x2apic) {
      return x2apic ? ndst : ndst & 0xFF;
    }
  }

  private static final class NeverNotifies extends UserInterrupts {
    NeverNotifies(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean notifies(long control) {
      return false;
    }
  }

  private static final class AlwaysXapic extends UserInterrupts {
    AlwaysXapic(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected int notificationDestination(int ndst, boolean x2apic) {
      return super.notificationDestination(ndst, false);
    }
  }

  private static final class NoEnableBit extends UserInterrupts {
    NoEnableBit(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean sends(boolean enabled, boolean tableEnabled) {
      return enabled;
    }
  }

  private static final class ShortIndex extends UserInterrupts {
    ShortIndex(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean isInTable(long index, int uittsz) {
      return super.isInTable(index & 0xFFFF_FFFFL, uittsz);
    }
  }

  private static final class SizeIsCount extends UserInterrupts {
    SizeIsCount(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean isInTable(long index, int uittsz) {
      return super.isInTable(index, uittsz) && index != uittsz;
    }
  }

  private static final class NoValidBit extends UserInterrupts {
    NoValidBit(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean isUsable(long control, long upidAddress) {
      return super.isUsable(control | UserInterruptTarget.V, upidAddress);
    }
  }

  private static final class NoReservedBits extends UserInterrupts {
    NoReservedBits(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean isUsable(long control, long upidAddress) {
      return super.isUsable(control & ~UserInterruptTarget.RESERVED, upidAddress);
    }
  }

  private static final class AnyDescriptor extends UserInterrupts {
    AnyDescriptor(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean takesRequests(long control) {
      return true;
    }
  }

  private static final class IgnoresOn extends UserInterrupts {
    IgnoresOn(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean notifies(long control) {
      return super.notifies(control & ~UserPostedInterruptDescriptor.ON);
    }
  }

  private static final class IgnoresSn extends UserInterrupts {
    IgnoresSn(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean notifies(long control) {
      return super.notifies(control & ~UserPostedInterruptDescriptor.SN);
    }
  }

  private static final class ReplacesRequests extends UserInterrupts {
    ReplacesRequests(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long requesting(long uirr, long pir) {
      return pir;
    }
  }

  private static final class NoNotifications extends UserInterrupts {
    NoNotifications(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean isNotification(int vector, int uinv, boolean enabled, boolean longMode) {
      return false;
    }
  }

  private static final class AnyOfTheClass extends UserInterrupts {
    AnyOfTheClass(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean isNotification(int vector, int uinv, boolean enabled, boolean longMode) {
      return super.isNotification(vector & 0xF0, uinv & 0xF0, enabled, longMode);
    }
  }

  private static final class NoEoi extends UserInterrupts {
    NoEoi(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean endsNotification() {
      return false;
    }
  }

  private static final class KeepsOn extends UserInterrupts {
    KeepsOn(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long processed(long control) {
      return control;
    }
  }

  private static final class ClearsSn extends UserInterrupts {
    ClearsSn(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long processed(long control) {
      return super.processed(control) & ~UserPostedInterruptDescriptor.SN;
    }
  }

  private static final class KeepsRequests extends UserInterrupts {
    KeepsRequests(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean clearsRequests() {
      return false;
    }
  }

  private static final class LowestFirst extends UserInterrupts {
    LowestFirst(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected int vector(long uirr) {
      return Long.numberOfTrailingZeros(uirr);
    }
  }

  private static final class ClearsAll extends UserInterrupts {
    ClearsAll(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long delivered(long uirr, int vector) {
      return 0;
    }
  }

  private static final class Nests extends UserInterrupts {
    Nests(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean blocksOthers() {
      return false;
    }
  }

  private static final class InTheKernel extends UserInterrupts {
    InTheKernel(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean recognizes(boolean enabled, boolean uif, int cpl, boolean movSsShadow) {
      return super.recognizes(enabled, uif, 3, movSsShadow);
    }
  }

  private static final class IgnoresUif extends UserInterrupts {
    IgnoresUif(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean recognizes(boolean enabled, boolean uif, int cpl, boolean movSsShadow) {
      return super.recognizes(enabled, true, cpl, movSsShadow);
    }
  }

  private static final class IgnoresShadow extends UserInterrupts {
    IgnoresShadow(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean recognizes(boolean enabled, boolean uif, int cpl, boolean movSsShadow) {
      return super.recognizes(enabled, uif, cpl, false);
    }
  }

  private static final class NotAligned extends UserInterrupts {
    NotAligned(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long stack(long rsp, long stackAdjust) {
      return (stackAdjust & 1) != 0 ? stackAdjust : rsp - stackAdjust;
    }
  }

  private static final class AlwaysSubtracts extends UserInterrupts {
    AlwaysSubtracts(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long stack(long rsp, long stackAdjust) {
      return super.stack(rsp, stackAdjust & ~1L);
    }
  }

  private static final class KeepsTf extends UserInterrupts {
    KeepsTf(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long flagsInHandler(long rflags) {
      return rflags;
    }
  }

  private static final class ClearsIf extends UserInterrupts {
    ClearsIf(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long flagsInHandler(long rflags) {
      return super.flagsInHandler(rflags) & ~Rflags.IF;
    }
  }

  private static final class LoadsIf extends UserInterrupts {
    LoadsIf(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long flagsAfterReturn(long rflags, long image) {
      return (super.flagsAfterReturn(rflags, image) & ~Rflags.IF) | (image & Rflags.IF);
    }
  }

  private static final class KeepsFlags extends UserInterrupts {
    KeepsFlags(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected long flagsAfterReturn(long rflags, long image) {
      return rflags;
    }
  }

  private static final class KeepsUif extends UserInterrupts {
    KeepsUif(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean flagAfterReturn() {
      return false;
    }
  }

  private static final class AnyAddress extends UserInterrupts {
    AnyAddress(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean canonical(long address, int bits) {
      return true;
    }
  }

  private static final class AnyValue extends UserInterrupts {
    AnyValue(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean accepts(int msr, long value, int bits) {
      return true;
    }
  }

  private static final class SaveKeepsUinv extends UserInterrupts {
    SaveKeepsUinv(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean savingClearsUinv() {
      return false;
    }
  }

  private static final class RestoresAlways extends UserInterrupts {
    RestoresAlways(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean restoresOver(int uinv) {
      return true;
    }
  }
}
