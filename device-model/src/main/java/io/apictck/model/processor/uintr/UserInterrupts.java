package io.apictck.model.processor.uintr;

import static io.apictck.arch.uintr.UserPostedInterruptDescriptor.CONTROL;
import static io.apictck.arch.uintr.UserPostedInterruptDescriptor.NDST_SHIFT;
import static io.apictck.arch.uintr.UserPostedInterruptDescriptor.NV_SHIFT;
import static io.apictck.arch.uintr.UserPostedInterruptDescriptor.ON;
import static io.apictck.arch.uintr.UserPostedInterruptDescriptor.PIR;

import io.apictck.arch.Msr;
import io.apictck.arch.uintr.UserInterruptComponent;
import io.apictck.arch.uintr.UserInterruptFrame;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.arch.uintr.UserInterruptTarget;
import io.apictck.model.chipset.GeneralProtectionException;

/**
 * The user-interrupt state of one processor, and what changes it (Intel SDM Vol. 3A, "User
 * Interrupts"; Vol. 2, "SENDUIPI", "UIRET").
 *
 * <p>Supported: the MSRs, state component 14 of XSAVES and XRSTORS, posting, notification
 * processing, delivery and return.
 *
 * <p>Not supported: flexible UIRET, enclaves, modes other than 64-bit mode. An access that faults
 * leaves by an exception of the world, before any state has changed.
 *
 * <p>Decisions that the manual leaves open: INIT keeps all of it. XRSTORS of the initial state
 * faults as that of another one does if UINV is not 0.
 */
public class UserInterrupts extends UserInterruptDecisions {
  private static final int ADDRESS_BITS_OF_TABLE = -UserInterruptTarget.SIZE;

  private final UserInterruptWorld world;

  private long uirr;
  private long handler;
  private long stackAdjust;
  private UserInterruptMisc misc = UserInterruptMisc.of(0);
  private long descriptor;
  private long table;
  private boolean uif;

  /** That of a processor. */
  public UserInterrupts(UserInterruptWorld world) {
    this.world = world;
  }

  /** Power-on state. */
  public void reset() {
    setUirr(0);
    handler = 0;
    stackAdjust = 0;
    misc = UserInterruptMisc.of(0);
    descriptor = 0;
    table = 0;
    uif = false;
  }

  // MSRs

  /** Whether an MSR is one of user interrupts. */
  public static boolean owns(int msr) {
    return Msr.IA32_UINTR_RR <= msr && msr <= Msr.IA32_UINTR_TT;
  }

  /** RDMSR of an MSR that it owns. */
  public long rdmsr(int msr) {
    return switch (msr) {
      case Msr.IA32_UINTR_RR -> uirr;
      case Msr.IA32_UINTR_HANDLER -> handler;
      case Msr.IA32_UINTR_STACKADJUST -> stackAdjust;
      case Msr.IA32_UINTR_MISC -> misc.raw();
      case Msr.IA32_UINTR_PD -> descriptor;
      case Msr.IA32_UINTR_TT -> table;
      default -> throw new IllegalArgumentException("no MSR of user interrupts: " + msr);
    };
  }

  /**
   * WRMSR of an MSR that it owns.
   *
   * @throws GeneralProtectionException if it faults
   */
  public void wrmsr(int msr, long value) {
    if (!accepts(msr, value, world.maxLinearAddressBits())) {
      throw GeneralProtectionException.GP;
    }
    switch (msr) {
      case Msr.IA32_UINTR_RR -> setUirr(value);
      case Msr.IA32_UINTR_HANDLER -> handler = value;
      case Msr.IA32_UINTR_STACKADJUST -> stackAdjust = value;
      case Msr.IA32_UINTR_MISC -> misc = UserInterruptMisc.of(value);
      case Msr.IA32_UINTR_PD -> descriptor = value;
      case Msr.IA32_UINTR_TT -> table = value;
      default -> throw new IllegalArgumentException("no MSR of user interrupts: " + msr);
    }
  }

  // XSAVES and XRSTORS

  /** Whether the state is not the initial one. */
  public final boolean inUse() {
    return (uirr | handler | stackAdjust | misc.raw() | descriptor | table) != 0 || uif;
  }

  /** XSAVES of state component 14, which is in memory at an address. */
  public void save(long component) {
    long flag = uif ? UserInterruptComponent.UIF : 0;
    world.write(component + UserInterruptComponent.HANDLER, Long.BYTES, handler);
    world.write(component + UserInterruptComponent.STACKADJUST, Long.BYTES, stackAdjust);
    world.write(component + UserInterruptComponent.MISC, Long.BYTES, misc.raw() | flag);
    world.write(component + UserInterruptComponent.PD, Long.BYTES, descriptor);
    world.write(component + UserInterruptComponent.RR, Long.BYTES, uirr);
    world.write(component + UserInterruptComponent.TT, Long.BYTES, table);
    if (savingClearsUinv()) {
      setUinv(0);
    }
  }

  /**
   * XRSTORS of state component 14, which is in memory at an address.
   *
   * @throws GeneralProtectionException if it faults; nothing changed then
   */
  public void restore(long component) {
    long newHandler = world.read(component + UserInterruptComponent.HANDLER, Long.BYTES);
    long newAdjust = world.read(component + UserInterruptComponent.STACKADJUST, Long.BYTES);
    long newMisc = world.read(component + UserInterruptComponent.MISC, Long.BYTES);
    long newDescriptor = world.read(component + UserInterruptComponent.PD, Long.BYTES);
    long newTable = world.read(component + UserInterruptComponent.TT, Long.BYTES);
    int bits = world.maxLinearAddressBits();
    if (!restoresOver(misc.uinv())
        || !accepts(Msr.IA32_UINTR_HANDLER, newHandler, bits)
        || !accepts(Msr.IA32_UINTR_STACKADJUST, newAdjust, bits)
        || !accepts(Msr.IA32_UINTR_MISC, newMisc & ~UserInterruptComponent.UIF, bits)
        || !accepts(Msr.IA32_UINTR_PD, newDescriptor, bits)
        || !accepts(Msr.IA32_UINTR_TT, newTable, bits)) {
      throw GeneralProtectionException.GP;
    }
    handler = newHandler;
    stackAdjust = newAdjust;
    misc = UserInterruptMisc.of(newMisc);
    uif = (newMisc & UserInterruptComponent.UIF) != 0;
    descriptor = newDescriptor;
    table = newTable;
    setUirr(world.read(component + UserInterruptComponent.RR, Long.BYTES));
  }

  /**
   * XRSTORS of the initial state.
   *
   * @throws GeneralProtectionException if it faults; nothing changed then
   */
  public void initialize() {
    if (!restoresOver(misc.uinv())) {
      throw GeneralProtectionException.GP;
    }
    reset();
  }

  /** UINV. */
  public final int uinv() {
    return misc.uinv();
  }

  /** Loads UINV. */
  public final void setUinv(int vector) {
    misc = misc.withUinv(vector);
  }

  /** UIF. */
  public final boolean uif() {
    return uif;
  }

  /** CLUI and STUI. */
  public final void setUif(boolean flag) {
    uif = flag;
  }

  private void setUirr(long requests) {
    uirr = requests;
    world.requested(requests != 0);
  }

  /** The world. */
  protected final UserInterruptWorld world() {
    return world;
  }

  /** Whether CR4 enables user interrupts. */
  public final boolean enabledBy(long cr4) {
    return enabled(cr4);
  }

  // Sending and receiving

  /** SENDUIPI but for its notification. */
  public UserIpi send(long index, long cr4) {
    if (!sends(enabled(cr4), (table & Msr.UINTR_TT_ENABLE) != 0)) {
      return UserIpi.UNDEFINED;
    }
    long entry = (table & ADDRESS_BITS_OF_TABLE) + index * UserInterruptTarget.SIZE;
    int bits = world.linearAddressBits();
    if (!isInTable(index, misc.uittsz()) || !canonical(entry, bits)) {
      return UserIpi.REFUSED;
    }
    long target = world.read(entry + UserInterruptTarget.CONTROL, Long.BYTES);
    long upid = world.read(entry + UserInterruptTarget.UPIDADDR, Long.BYTES);
    return isUsable(target, upid) && canonical(upid, bits)
        ? post(
            upid, (int) (target >>> UserInterruptTarget.UV_SHIFT) & UserInterruptTarget.MAX_VECTOR)
        : UserIpi.REFUSED;
  }

  private UserIpi post(long upid, int vector) {
    long control = world.readForWrite(upid + CONTROL, Long.BYTES);
    if (!takesRequests(control)) {
      return UserIpi.REFUSED;
    }
    world.write(
        upid + PIR, Long.BYTES, requesting(world.read(upid + PIR, Long.BYTES), 1L << vector));
    if (!notifies(control)) {
      return UserIpi.POSTED;
    }
    world.write(upid + CONTROL, Long.BYTES, control | ON);
    return new UserIpi(
        UserIpi.Kind.NOTIFYING,
        (int) (control >>> NV_SHIFT) & 0xFF,
        (int) (control >>> NDST_SHIFT));
  }

  /** Physical APIC ID that a notification goes to. */
  public final int physicalDestination(UserIpi ipi, boolean x2apic) {
    return notificationDestination(ipi.destination(), x2apic);
  }

  /** Whether an external interrupt is a notification. */
  public final boolean identifies(int vector, long cr4, boolean longMode) {
    return isNotification(vector, misc.uinv(), enabled(cr4), longMode);
  }

  /** Whether the local APIC gets an EOI for a notification. */
  public final boolean endsService() {
    return endsNotification();
  }

  /** User-interrupt notification processing. */
  public void process() {
    long control = world.readForWrite(descriptor + CONTROL, Long.BYTES);
    world.write(descriptor + CONTROL, Long.BYTES, processed(control));
    long requests = world.read(descriptor + PIR, Long.BYTES);
    if (clearsRequests()) {
      world.write(descriptor + PIR, Long.BYTES, 0);
    }
    setUirr(requesting(uirr, requests));
  }

  // Delivery and return

  /** Whether a requested user interrupt is to be delivered now. */
  public final boolean recognized(long cr4, int cpl, boolean movSsShadow) {
    return uirr != 0 && recognizes(enabled(cr4), uif, cpl, movSsShadow);
  }

  /**
   * Delivers the user interrupt of the highest vector that is requested.
   *
   * @throws GeneralProtectionException if it faults; nothing changed then
   */
  public UserInterruptEntry deliver(long rip, long rsp, long rflags) {
    if (!reachesHandler(handler, world.linearAddressBits())) {
      throw GeneralProtectionException.GP;
    }
    int vector = vector(uirr);
    long frame = stack(rsp, stackAdjust) - UserInterruptFrame.SIZE;
    world.push(frame + UserInterruptFrame.RSP, rsp);
    world.push(frame + UserInterruptFrame.RFLAGS, rflags);
    world.push(frame + UserInterruptFrame.RIP, rip);
    world.push(frame + UserInterruptFrame.VECTOR, vector);
    if (pushesShadow()) {
      world.pushShadow(rip);
    }
    setUirr(delivered(uirr, vector));
    if (blocksOthers()) {
      uif = false;
    }
    return new UserInterruptEntry(vector, handler, frame, flagsInHandler(rflags));
  }

  /** Whether delivery is tracked as an indirect branch. */
  public final boolean tracksDelivery() {
    return tracksBranch();
  }

  /** What UIRET finds where RSP points to. */
  public UserInterruptReturn frame(long rsp) {
    return new UserInterruptReturn(
        world.pop(rsp),
        world.pop(rsp + UserInterruptFrame.RFLAGS - UserInterruptFrame.RIP),
        world.pop(rsp + UserInterruptFrame.RSP - UserInterruptFrame.RIP));
  }

  /** Whether UIRET can go back. */
  public final boolean reaches(UserInterruptReturn to) {
    return canonical(to.rip(), world.linearAddressBits());
  }

  /** Whether UIRET goes back where the shadow stack, if there is one, says as well. */
  public final boolean follows(UserInterruptReturn to) {
    return !checksShadow() || world.popShadow(to.rip());
  }

  /** UIRET goes back; gives RFLAGS. */
  public long finish(long rflags, long image) {
    uif = flagAfterReturn();
    return flagsAfterReturn(rflags, image);
  }
}
