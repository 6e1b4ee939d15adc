package io.apictck.model.processor;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.model.processor.vmx.EntryChecks;
import io.apictck.model.processor.vmx.MsrArea;
import io.apictck.model.processor.vmx.Vmcs;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Event;

/**
 * VM entries whose controls and host state are good (Intel SDM Vol. 3C, "Loading Guest State",
 * "Updating Non-Register State", "VM-Entry Failures During or After Loading Guest State").
 */
final class VmEntry {
  private static final int DPL_SHIFT = 5;
  private static final int DPL = 3;
  private static final long SINGLE_STEP = 1 << 14;

  private final Vmx vmx;

  VmEntry(Vmx vmx) {
    this.vmx = vmx;
  }

  /** VMLAUNCH and VMRESUME; gives {@link Fault#SWITCHED}. */
  int enter(Context context, boolean launch) {
    Processor.requireLast(context, launch ? "VMLAUNCH" : "VMRESUME");
    VmcsRegion region = vmx.current();
    long block = context.block();
    context.drop();
    int qualification = check(region);
    if (qualification != EntryChecks.GOOD) {
      fail(region, block, ExitReason.ENTRY_FAILURE_GUEST_STATE, qualification);
      return Fault.SWITCHED;
    }
    int badEntry = loadMsrs(region.data());
    if (badEntry != 0) {
      fail(region, block, ExitReason.ENTRY_FAILURE_MSR_LOADING, badEntry);
      return Fault.SWITCHED;
    }
    if (launch) {
      region.setLaunched(true);
    }
    NonRoot guest = vmx.guest();
    guest.enter(region, block);
    load(region, guest);
    vmx.processor().world().show(new Event.VmEntered(vmx.processor().cpu(), block));
    guest.begin();
    return Fault.SWITCHED;
  }

  /** Most entries change nothing of the guest state but RIP: the rest has been looked at. */
  private int check(VmcsRegion region) {
    EntryChecks checks = vmx.checks();
    if (region.hasPassedGuest(checks)) {
      return checks.restlessGuestState(region.data());
    }
    int qualification = checks.guestState(region.data());
    if (qualification == EntryChecks.GOOD) {
      region.passGuest(checks);
    }
    return qualification;
  }

  private void fail(VmcsRegion region, long block, ExitReason reason, long qualification) {
    Vmcs vmcs = region.data();
    int field = reason.number() | ExitReason.ENTRY_FAILURE;
    vmcs.set(VmcsField.EXIT_REASON, field);
    vmcs.set(VmcsField.EXIT_QUALIFICATION, qualification);
    Event.VmExited event =
        new Event.VmExited(vmx.processor().cpu(), block, field, region.guest().place());
    HostState.load(vmx, region);
    if (HostState.loadMsrs(vmx, region)) {
      vmx.processor().world().show(event);
    }
  }

  private void load(VmcsRegion region, NonRoot guest) {
    Vmcs vmcs = region.data();
    Processor processor = vmx.processor();
    // RF lasts for one instruction and has no effect here
    long rflags = vmcs.get(VmcsField.GUEST_RFLAGS) & ~Rflags.RF;
    region.guest().enter(vmcs.get(VmcsField.GUEST_RIP), vmcs.get(VmcsField.GUEST_RSP), rflags);
    processor.enterGuest(guest, region.guest().contexts());
    processor.monitor().disarm();
    processor.setRflags(rflags);
    processor.setCpl((int) vmcs.get(VmcsField.GUEST_SS_ACCESS_RIGHTS) >>> DPL_SHIFT & DPL);
    processor
        .controlRegisters()
        .load(
            vmcs.get(VmcsField.GUEST_CR0),
            vmcs.get(VmcsField.GUEST_CR3),
            vmcs.get(VmcsField.GUEST_CR4));
    if (region.controls().loadsUinv()) {
      processor.userInterrupts().interrupts().setUinv((int) vmcs.get(VmcsField.GUEST_UINV));
    }
    int interruptibility = (int) vmcs.get(VmcsField.GUEST_INTERRUPTIBILITY_STATE);
    processor.setShadows(
        (interruptibility & Interruptibility.BLOCKING_BY_STI) != 0,
        (interruptibility & Interruptibility.BLOCKING_BY_MOV_SS) != 0);
    processor.setActivity(activity(vmcs));
    boolean nmiBlocked = (interruptibility & Interruptibility.BLOCKING_BY_NMI) != 0;
    boolean virtualNmis = region.controls().virtualNmis();
    processor.setNmiBlocked(nmiBlocked && !virtualNmis);
    guest.setVirtualNmiBlocked(nmiBlocked && virtualNmis);
    processor.drop(Signal.TRAP);
    if (keepsPendingDebugExceptions(vmcs)
        && (vmcs.get(VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS) & SINGLE_STEP) != 0) {
      processor.raise(Signal.TRAP);
    }
  }

  private static Activity activity(Vmcs vmcs) {
    return switch (ActivityState.of(vmcs.get(VmcsField.GUEST_ACTIVITY_STATE))) {
      case ACTIVE -> Activity.ACTIVE;
      case HLT -> Activity.HALTED;
      case SHUTDOWN -> Activity.SHUT_DOWN;
      case WAIT_FOR_SIPI -> Activity.WAIT_FOR_SIPI;
    };
  }

  /** Events that are not software's own discard what was pending. */
  private static boolean keepsPendingDebugExceptions(Vmcs vmcs) {
    InterruptionInformation event =
        InterruptionInformation.of((int) vmcs.get(VmcsField.ENTRY_INTERRUPTION_INFORMATION));
    if (!event.valid()) {
      return true;
    }
    return switch (event.type()) {
      case EXTERNAL_INTERRUPT, NMI, HARDWARE_EXCEPTION -> false;
      default -> true;
    };
  }

  /** Number of the first entry that cannot be loaded, from 1; 0 if all were. */
  private int loadMsrs(Vmcs vmcs) {
    VmxWorld world = vmx.world();
    long address = vmcs.get(VmcsField.ENTRY_MSR_LOAD_ADDRESS);
    int count = (int) vmcs.get(VmcsField.ENTRY_MSR_LOAD_COUNT);
    for (int i = 0; i < count; i++) {
      long entry = address + (long) i * MsrArea.ENTRY_SIZE;
      if (!MsrArea.loads(world, entry) || !load(world, entry)) {
        return i + 1;
      }
    }
    return 0;
  }

  private boolean load(VmxWorld world, long entry) {
    try {
      vmx.processor().msrs().write(MsrArea.index(world, entry), MsrArea.value(world, entry));
      return true;
    } catch (GeneralProtectionException _) {
      return false;
    }
  }
}
