package io.apictck.model.processor;

import io.apictck.arch.vmx.EptPointer;
import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.processor.vmx.Addresses;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.CapabilityMsrs;
import io.apictck.model.processor.vmx.EntryChecks;
import io.apictck.model.processor.vmx.Vmcs;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Instruction;

/**
 * VMX operation of one processor: its state and its instructions (Intel SDM Vol. 3C, "VMX
 * Instruction Reference").
 *
 * <p>Supported: VMX root operation and one level of guests. Not supported: shadow VMCSs, SMX, the
 * dual-monitor treatment of SMM.
 *
 * <p>Decisions that the manual leaves open: the data of a VMCS outlive VMCLEAR, and the region of
 * memory may be anywhere where memory is.
 */
@SuppressWarnings("EnumOrdinal") // the index of an array that nothing outside sees
final class Vmx {
  private static final long NO_POINTER = -1;
  private static final long SUCCEED = 0;
  private static final long FAIL_INVALID = 1;
  private static final long FAIL_VALID = 1 << 6;
  private static final long STATUS_FLAGS = Instruction.STATUS_FLAGS;
  private static final long REVISION = 0xFFFF_FFFFL;
  private static final long LOW = 0xFFFF_FFFFL;

  private final Processor processor;
  private final CapabilityMsrs capabilities;
  private final VmxDecisions decisions;
  private final VmxWorld world;
  private final EntryChecks checks;
  private final ApicVirtualization apic;
  private final GuestAddressSpace space;
  private final VmEntry entry;
  private final NonRoot guest;
  private final boolean savesUinv;
  private final Boundary[] priority;

  /** Whether a field exists, by its ordinal. */
  private final boolean[] exists;

  private boolean on;
  private long vmxonPointer;

  /** The current VMCS; null if there is none. */
  private VmcsRegion current;

  Vmx(Processor processor) {
    this.processor = processor;
    capabilities = processor.capabilityMsrs();
    decisions = processor.vmxDecisions();
    world = new PhysicalWorld(processor.world(), processor.cpu());
    checks = processor.entryChecks(capabilities, world);
    apic = processor.apicVirtualization(world);
    space =
        new GuestAddressSpace(
            processor.controlRegisters(),
            apic,
            processor.pageWalk(world),
            processor.eptWalk(world));
    entry = new VmEntry(this);
    savesUinv = capabilities.exists(VmcsField.GUEST_UINV);
    priority = decisions.priority().toArray(new Boundary[0]);
    guest = new NonRoot(this);
    VmcsField[] fields = VmcsField.values();
    exists = new boolean[fields.length];
    for (VmcsField field : fields) {
      exists[field.ordinal()] = capabilities.exists(field);
    }
  }

  void reset() {
    on = false;
    current = null;
    apic.reset();
  }

  /** Whether the processor is in VMX operation. */
  boolean on() {
    return on;
  }

  /** Whether INIT has to wait. */
  boolean blocksInit() {
    return on && decisions.rootBlocksInit();
  }

  Processor processor() {
    return processor;
  }

  CapabilityMsrs capabilities() {
    return capabilities;
  }

  VmxDecisions decisions() {
    return decisions;
  }

  VmxWorld world() {
    return world;
  }

  EntryChecks checks() {
    return checks;
  }

  ApicVirtualization apic() {
    return apic;
  }

  GuestAddressSpace space() {
    return space;
  }

  /** VMX non-root operation: of the guest that was entered last. */
  NonRoot guest() {
    return guest;
  }

  /** Whether VM exits save UINV. */
  boolean savesUinv() {
    return savesUinv;
  }

  /** What a guest takes first at a boundary. */
  Boundary[] priority() {
    return priority;
  }

  VmcsRegion current() {
    return current;
  }

  // Instructions in VMX root operation and outside of VMX operation

  int vmxon(Context context, long region) {
    if (!capabilities.vmx() || !processor.controlRegisters().vmxEnabled()) {
      return Fault.UD;
    }
    if (processor.cpl() != 0) {
      return Fault.GP;
    }
    if (on) {
      return give(context, failValid(VmInstructionError.VMXON_IN_ROOT));
    }
    ControlRegisters registers = processor.controlRegisters();
    if (!capabilities.allowsCr0(registers.get(0)) || !capabilities.allowsCr4(registers.get(4))) {
      return Fault.GP;
    }
    if (!Addresses.page(region) || revision(region) != CapabilityMsrs.REVISION) {
      return give(context, FAIL_INVALID);
    }
    on = true;
    vmxonPointer = region;
    current = null;
    processor.monitor().disarm();
    return give(context, SUCCEED);
  }

  int vmxoff(Context context) {
    int fault = fault();
    if (fault != Fault.NONE) {
      return fault;
    }
    on = false;
    current = null;
    return give(context, SUCCEED);
  }

  int vmclear(Context context, long address) {
    int fault = fault();
    if (fault != Fault.NONE) {
      return fault;
    }
    if (!Addresses.page(address)) {
      return give(context, fail(VmInstructionError.VMCLEAR_INVALID_ADDRESS));
    }
    if (address == vmxonPointer) {
      return give(context, fail(VmInstructionError.VMCLEAR_VMXON_POINTER));
    }
    VmcsRegion region = processor.world().vmcsRegions().at(address);
    region.setLaunched(false);
    if (region == current) {
      current = null;
    }
    return give(context, SUCCEED);
  }

  int vmptrld(Context context, long address) {
    int fault = fault();
    if (fault != Fault.NONE) {
      return fault;
    }
    if (!Addresses.page(address)) {
      return give(context, fail(VmInstructionError.VMPTRLD_INVALID_ADDRESS));
    }
    if (address == vmxonPointer) {
      return give(context, fail(VmInstructionError.VMPTRLD_VMXON_POINTER));
    }
    if (revision(address) != CapabilityMsrs.REVISION) {
      return give(context, fail(VmInstructionError.VMPTRLD_INCORRECT_REVISION));
    }
    current = processor.world().vmcsRegions().at(address);
    return give(context, SUCCEED);
  }

  int vmptrst(Context context) {
    int fault = fault();
    if (fault != Fault.NONE) {
      return fault;
    }
    give(context, SUCCEED);
    context.give(current == null ? NO_POINTER : current.address());
    return Fault.NONE;
  }

  /** INVEPT: nothing is cached here. */
  int invept(Context context, int type, long pointer) {
    if (!capabilities.allows(VmxControl.ENABLE_EPT)) {
      return Fault.UD;
    }
    int fault = fault();
    if (fault != Fault.NONE) {
      return fault;
    }
    boolean valid =
        switch (type) {
          case Instruction.Invept.SINGLE_CONTEXT -> checks.eptPointer(new EptPointer(pointer));
          case Instruction.Invept.ALL_CONTEXTS -> true;
          default -> false;
        };
    return give(context, valid ? SUCCEED : fail(VmInstructionError.INVALID_OPERAND_TO_INVEPT));
  }

  int vmread(Context context, int encoding) {
    int fault = fault();
    if (fault != Fault.NONE) {
      return fault;
    }
    VmcsField field = field(encoding);
    if (current == null || field == null) {
      give(context, fail(VmInstructionError.UNSUPPORTED_VMCS_COMPONENT));
      context.give(-1);
      return Fault.NONE;
    }
    give(context, SUCCEED);
    context.give(value(current.data(), field, encoding));
    return Fault.NONE;
  }

  int vmreadToMemory(Context context, int encoding, long address) {
    int fault = fault();
    if (fault != Fault.NONE) {
      return fault;
    }
    VmcsField field = field(encoding);
    if (current == null || field == null) {
      return give(context, fail(VmInstructionError.UNSUPPORTED_VMCS_COMPONENT));
    }
    long value = value(current.data(), field, encoding);
    int stored = Interpreter.store(processor, address, Long.BYTES, value);
    return stored == Fault.NONE ? give(context, SUCCEED) : stored;
  }

  private static long value(Vmcs data, VmcsField field, int encoding) {
    long value = data.get(field);
    return isHigh(encoding) ? value >>> Integer.SIZE : value;
  }

  int vmwrite(Context context, int encoding, long value) {
    int fault = fault();
    if (fault != Fault.NONE) {
      return fault;
    }
    VmcsField field = field(encoding);
    if (current == null || field == null) {
      return give(context, fail(VmInstructionError.UNSUPPORTED_VMCS_COMPONENT));
    }
    if (field.type() == VmcsField.Type.READ_ONLY && !capabilities.misc().writesReadOnlyFields()) {
      return give(context, fail(VmInstructionError.VMWRITE_READ_ONLY_COMPONENT));
    }
    Vmcs data = current.data();
    data.set(field, isHigh(encoding) ? (data.get(field) & LOW) | (value << Integer.SIZE) : value);
    return give(context, SUCCEED);
  }

  /** VMCALL outside of guests. */
  int vmcall(Context context) {
    int fault = fault();
    return fault != Fault.NONE ? fault : give(context, fail(VmInstructionError.VMCALL_IN_ROOT));
  }

  /** VMLAUNCH and VMRESUME. */
  int enter(Context context, boolean launch) {
    int fault = fault();
    if (fault != Fault.NONE) {
      return fault;
    }
    if (current == null) {
      return give(context, FAIL_INVALID);
    }
    VmInstructionError error = entryError(launch);
    return error == null ? entry.enter(context, launch) : give(context, failValid(error));
  }

  /** Why VM entry does not begin; null if it does. */
  private VmInstructionError entryError(boolean launch) {
    if (processor.inMovSsShadow() && decisions.movSsBlocksEntry()) {
      return VmInstructionError.EVENTS_BLOCKED_BY_MOV_SS;
    }
    if (launch && current.launched()) {
      return VmInstructionError.VMLAUNCH_NON_CLEAR_VMCS;
    }
    if (!launch && !current.launched()) {
      return VmInstructionError.VMRESUME_NON_LAUNCHED_VMCS;
    }
    // most entries change neither controls nor host state: those have been looked at
    Vmcs data = current.data();
    boolean unchanged = current.hasPassed(checks);
    if (!(unchanged ? checks.controlsWithMemory(data) : checks.controls(data))) {
      return VmInstructionError.INVALID_CONTROL_FIELDS;
    }
    if (!unchanged && !checks.hostState(data)) {
      return VmInstructionError.INVALID_HOST_STATE;
    }
    current.pass(checks);
    return null;
  }

  private int fault() {
    if (!on) {
      return Fault.UD;
    }
    return processor.cpl() == 0 ? Fault.NONE : Fault.GP;
  }

  private long revision(long region) {
    return world.read(region, Integer.BYTES) & REVISION;
  }

  /** The field with an encoding; null if there is none. */
  private VmcsField field(int encoding) {
    VmcsField field = VmcsField.find(encoding & ~VmcsField.HIGH);
    boolean found =
        field != null && exists[field.ordinal()] && (!isHigh(encoding) || field.hasHigh());
    return found ? field : null;
  }

  private static boolean isHigh(int encoding) {
    return (encoding & VmcsField.HIGH) != 0;
  }

  private long fail(VmInstructionError error) {
    return current == null ? FAIL_INVALID : failValid(error);
  }

  private long failValid(VmInstructionError error) {
    if (current == null) {
      return FAIL_INVALID;
    }
    current.data().set(VmcsField.VM_INSTRUCTION_ERROR, error.number());
    return FAIL_VALID;
  }

  private int give(Context context, long flags) {
    processor.setRflags((processor.rflags() & ~STATUS_FLAGS) | flags);
    context.give(flags);
    return Fault.NONE;
  }
}
