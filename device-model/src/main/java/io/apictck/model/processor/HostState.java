package io.apictck.model.processor;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.model.processor.vmx.MsrArea;
import io.apictck.model.processor.vmx.Vmcs;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Event;

/**
 * Loading host state at VM exits (Intel SDM Vol. 3C, "Loading Host State", "Loading MSRs", "VMX
 * Aborts").
 */
final class HostState {
  private static final int ABORT_INDICATOR = 4;
  private static final int ABORT_SAVING_MSRS = 1;
  private static final int ABORT_LOADING_MSRS = 4;

  private HostState() {}

  /** Back to the contexts of the host. */
  static void load(Vmx vmx, VmcsRegion region) {
    Processor processor = vmx.processor();
    Vmcs vmcs = region.data();
    processor.leaveGuest();
    processor.monitor().disarm();
    processor.setRflags(Rflags.FIXED);
    processor.setCpl(0);
    processor.setShadows(false, false);
    processor.setActivity(Activity.ACTIVE);
    processor.drop(Signal.TRAP);
    processor
        .controlRegisters()
        .load(
            vmcs.get(VmcsField.HOST_CR0),
            vmcs.get(VmcsField.HOST_CR3),
            vmcs.get(VmcsField.HOST_CR4));
    if (region.controls().clearsUinv()) {
      processor.userInterrupts().interrupts().setUinv(0);
    }
  }

  /** Stores the MSRs of the VM-exit MSR-store area; false if there was a VMX abort. */
  static boolean storeMsrs(Vmx vmx, VmcsRegion region) {
    VmxWorld world = vmx.world();
    long address = region.data().get(VmcsField.EXIT_MSR_STORE_ADDRESS);
    int count = (int) region.data().get(VmcsField.EXIT_MSR_STORE_COUNT);
    for (int i = 0; i < count; i++) {
      long entry = address + (long) i * MsrArea.ENTRY_SIZE;
      if (!MsrArea.stores(world, entry) || !store(vmx, entry)) {
        abort(vmx, region, ABORT_SAVING_MSRS);
        return false;
      }
    }
    return true;
  }

  /** Loads the MSRs of the VM-exit MSR-load area; false if there was a VMX abort. */
  static boolean loadMsrs(Vmx vmx, VmcsRegion region) {
    VmxWorld world = vmx.world();
    long address = region.data().get(VmcsField.EXIT_MSR_LOAD_ADDRESS);
    int count = (int) region.data().get(VmcsField.EXIT_MSR_LOAD_COUNT);
    for (int i = 0; i < count; i++) {
      long entry = address + (long) i * MsrArea.ENTRY_SIZE;
      if (!MsrArea.loads(world, entry) || !load(vmx, entry)) {
        abort(vmx, region, ABORT_LOADING_MSRS);
        return false;
      }
    }
    return true;
  }

  private static boolean store(Vmx vmx, long entry) {
    try {
      int msr = MsrArea.index(vmx.world(), entry);
      MsrArea.store(vmx.world(), entry, vmx.processor().msrs().read(msr));
      return true;
    } catch (GeneralProtectionException _) {
      return false;
    }
  }

  private static boolean load(Vmx vmx, long entry) {
    try {
      int msr = MsrArea.index(vmx.world(), entry);
      vmx.processor().msrs().write(msr, MsrArea.value(vmx.world(), entry));
      return true;
    } catch (GeneralProtectionException _) {
      return false;
    }
  }

  private static void abort(Vmx vmx, VmcsRegion region, int indicator) {
    Processor processor = vmx.processor();
    vmx.world().write(region.address() + ABORT_INDICATOR, Integer.BYTES, indicator);
    load(vmx, region);
    processor.setActivity(Activity.SHUT_DOWN);
    processor.world().show(new Event.ShutDown(processor.cpu()));
  }
}
