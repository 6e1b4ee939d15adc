package io.apictck.machine;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.platform.Event;
import io.apictck.platform.GuestState;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A virtual processor: its VMCS, which the test writes as a hypervisor does, and its guest, whose
 * code the test is as well.
 *
 * <p>While the guest runs only {@link #guest} can be used; after a VM exit, which {@link #exit} or
 * a handler has to take, the host can. An exit that nobody asked for fails the test.
 */
public final class Vcpu {
  /** Handlers that enter the guest run within each other, while exits come at once. */
  private static final int MOST_NESTING = 100;

  /** More than there are basic exit reasons. */
  private static final int REASONS = 0x100;

  private final Vmx vmx;
  private final Cpu host;
  private final int number;
  private final Cpu guest;
  private final Map<VmcsField, Long> controls = new EnumMap<>(VmcsField.class);

  /** By basic exit reason. */
  private final @Nullable ExitHandler[] handlers = new ExitHandler[REASONS];

  private long vmcs;
  private boolean launched;
  private long entries;
  private int nesting;
  private @Nullable VmExit pending;

  Vcpu(Vmx vmx, int number) {
    this.vmx = vmx;
    this.host = vmx.cpu();
    this.number = number;
    this.guest = host.guestSide(this);
  }

  /** Its number among those of its processor. */
  public int number() {
    return number;
  }

  /** The processor that it runs on. */
  public Cpu host() {
    return host;
  }

  /** Its processor as the guest sees it; usable from VM entry to VM exit. */
  public Cpu guest() {
    return guest;
  }

  /** Physical address of its VMCS. */
  public long vmcs() {
    return vmcs;
  }

  /** Whether the guest runs. */
  public boolean inGuest() {
    return host.active() == this;
  }

  /** How often it was entered. */
  public long entries() {
    return entries;
  }

  // ---- the VMCS ----

  void setUp() {
    vmcs = vmx.newRegion();
    vmx.clear(this);
    vmx.makeCurrent(this);
    GuestState state = host.machine().guestState(host.index(), number);
    Map<VmcsField, Long> fields = new EnumMap<>(VmcsField.class);
    fields.putAll(state.guest());
    fields.putAll(state.host());
    for (ControlVector vector : ControlVector.values()) {
      fields.put(vector.field(), vmx.capabilities().required(vector));
    }
    for (VmcsField field : zeroFields()) {
      fields.put(field, 0L);
    }
    fields.put(VmcsField.VMCS_LINK_POINTER, -1L);
    good(fields, VmxControl.EXTERNAL_INTERRUPT_EXITING, true);
    good(fields, VmxControl.NMI_EXITING, true);
    good(fields, VmxControl.HOST_ADDRESS_SPACE_SIZE, true);
    good(fields, VmxControl.IA32E_MODE_GUEST, true);
    boolean efer = state.guest().containsKey(VmcsField.GUEST_IA32_EFER);
    good(fields, VmxControl.LOAD_IA32_EFER_ON_ENTRY, efer);
    good(fields, VmxControl.SAVE_IA32_EFER, efer);
    good(fields, VmxControl.LOAD_IA32_EFER_ON_EXIT, efer);
    good(fields, VmxControl.ACTIVATE_SECONDARY_CONTROLS, true);
    if (vmx.capabilities().allows(VmxControl.USE_MSR_BITMAPS)) {
      good(fields, VmxControl.USE_MSR_BITMAPS, true);
      fields.put(VmcsField.MSR_BITMAP, host.machine().newPage());
    }
    if (!vmx.capabilities().allows(VmxControl.ACTIVATE_SECONDARY_CONTROLS)) {
      fields.remove(VmcsField.SECONDARY_CONTROLS);
    }
    fields.remove(VmcsField.TERTIARY_CONTROLS);
    write(fields);
  }

  private void good(Map<VmcsField, Long> fields, VmxControl control, boolean wanted) {
    if (wanted && vmx.capabilities().allows(control)) {
      fields.merge(control.vector().field(), control.mask(), (old, bit) -> old | bit);
    }
  }

  private static List<VmcsField> zeroFields() {
    return List.of(
        VmcsField.EXCEPTION_BITMAP,
        VmcsField.PAGE_FAULT_ERROR_CODE_MASK,
        VmcsField.PAGE_FAULT_ERROR_CODE_MATCH,
        VmcsField.CR3_TARGET_COUNT,
        VmcsField.EXIT_MSR_STORE_COUNT,
        VmcsField.EXIT_MSR_LOAD_COUNT,
        VmcsField.ENTRY_MSR_LOAD_COUNT,
        VmcsField.ENTRY_INTERRUPTION_INFORMATION,
        VmcsField.ENTRY_EXCEPTION_ERROR_CODE,
        VmcsField.ENTRY_INSTRUCTION_LENGTH,
        VmcsField.CR0_GUEST_HOST_MASK,
        VmcsField.CR4_GUEST_HOST_MASK,
        VmcsField.CR0_READ_SHADOW,
        VmcsField.CR4_READ_SHADOW,
        VmcsField.GUEST_INTERRUPTIBILITY_STATE,
        VmcsField.GUEST_ACTIVITY_STATE,
        VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS,
        VmcsField.TSC_OFFSET);
  }

  /**
   * VMREAD.
   *
   * @throws AssertionError if it fails
   */
  public long read(VmcsField field) {
    vmx.makeCurrent(this);
    long[] values = host.run(new Instruction.Vmread(field.encoding()));
    vmx.require("VMREAD", field, values[0]);
    return values[1];
  }

  /**
   * VMREAD of several fields, in one block.
   *
   * @throws AssertionError if it fails
   */
  public long[] readAll(VmcsField... fields) {
    vmx.makeCurrent(this);
    List<Instruction> reads = new ArrayList<>();
    for (VmcsField field : fields) {
      reads.add(new Instruction.Vmread(field.encoding()));
    }
    long[] values = host.run(reads);
    long[] read = new long[fields.length];
    for (int i = 0; i < fields.length; i++) {
      vmx.require("VMREAD", fields[i], values[2 * i]);
      read[i] = values[2 * i + 1];
    }
    return read;
  }

  /**
   * VMWRITE.
   *
   * @throws AssertionError if it fails
   */
  public void write(VmcsField field, long value) {
    write(Map.of(field, value));
  }

  /** VMWRITE of several fields, in one block. */
  public void write(Map<VmcsField, Long> fields) {
    if (fields.isEmpty()) {
      return;
    }
    vmx.makeCurrent(this);
    List<VmcsField> order = new ArrayList<>(new EnumMap<>(fields).keySet());
    List<Instruction> writes = new ArrayList<>();
    for (VmcsField field : order) {
      writes.add(new Instruction.Vmwrite(field.encoding(), fields.getOrDefault(field, 0L)));
    }
    long[] statuses = host.run(writes);
    for (int i = 0; i < statuses.length; i++) {
      vmx.require("VMWRITE", order.get(i), statuses[i]);
    }
    for (ControlVector vector : ControlVector.values()) {
      Long value = fields.get(vector.field());
      if (value != null) {
        controls.put(vector.field(), value);
      }
    }
  }

  /** The value of a vector of controls as it was last written here. */
  public long controls(ControlVector vector) {
    return controls.getOrDefault(vector.field(), 0L);
  }

  /** Sets controls to 1; activates the vectors that secondary and tertiary ones are in. */
  public Vcpu set(VmxControl... all) {
    Map<VmcsField, Long> changed = new EnumMap<>(VmcsField.class);
    for (VmxControl control : all) {
      turn(changed, control, true);
      if (control.vector() == ControlVector.SECONDARY) {
        turn(changed, VmxControl.ACTIVATE_SECONDARY_CONTROLS, true);
      } else if (control.vector() == ControlVector.TERTIARY) {
        turn(changed, VmxControl.ACTIVATE_TERTIARY_CONTROLS, true);
      }
    }
    write(changed);
    return this;
  }

  /** Sets controls to 0. */
  public Vcpu clear(VmxControl... all) {
    Map<VmcsField, Long> changed = new EnumMap<>(VmcsField.class);
    for (VmxControl control : all) {
      turn(changed, control, false);
    }
    write(changed);
    return this;
  }

  private void turn(Map<VmcsField, Long> changed, VmxControl control, boolean on) {
    VmcsField field = control.vector().field();
    long old = changed.getOrDefault(field, controls(control.vector()));
    changed.put(field, on ? old | control.mask() : old & ~control.mask());
  }

  /** Physical address of the MSR bitmap. */
  public long msrBitmap() {
    return read(VmcsField.MSR_BITMAP);
  }

  /** VMCLEAR: the next entry is VMLAUNCH. */
  public void vmclear() {
    vmx.clear(this);
    launched = false;
  }

  /** The next entry begins the guest afresh: RIP, RSP and RFLAGS of {@link GuestState}. */
  public void restart() {
    GuestState state = host.machine().guestState(host.index(), number);
    Map<VmcsField, Long> fields = new EnumMap<>(VmcsField.class);
    for (VmcsField field :
        List.of(VmcsField.GUEST_RIP, VmcsField.GUEST_RSP, VmcsField.GUEST_RFLAGS)) {
      fields.put(field, state.guest().getOrDefault(field, 0L));
    }
    fields.put(VmcsField.GUEST_ACTIVITY_STATE, 0L);
    fields.put(VmcsField.GUEST_INTERRUPTIBILITY_STATE, 0L);
    write(fields);
    guest.forgetGuest();
  }

  /** Sets or clears IF in guest RFLAGS. */
  public void setInterruptFlag(boolean enabled) {
    long rflags = read(VmcsField.GUEST_RFLAGS);
    write(VmcsField.GUEST_RFLAGS, enabled ? rflags | Rflags.IF : rflags & ~Rflags.IF);
  }

  /** Moves guest RIP behind the instruction that exited. */
  public void skip(VmExit exit) {
    long[] values = exit.readAll(VmcsField.GUEST_RIP, VmcsField.EXIT_INSTRUCTION_LENGTH);
    write(VmcsField.GUEST_RIP, values[0] + values[1]);
  }

  // ---- entries and exits ----

  /**
   * VMLAUNCH, the first time and after {@link #vmclear}, otherwise VMRESUME.
   *
   * @param before what the host executes before it in the same block, for sweeps; what these
   *     instructions give is not looked at
   */
  public EntryResult tryEnter(Instruction... before) {
    vmx.makeCurrent(this);
    host.entering(this);
    entries++;
    // Arrays.copyOf makes arrays by reflection, without the optimizing compiler
    Instruction[] block = new Instruction[before.length + 1];
    System.arraycopy(before, 0, block, 0, before.length);
    block[before.length] = launched ? new Instruction.Vmresume() : new Instruction.Vmlaunch();
    BlockRun run = host.start(block);
    Event end = host.awaitEntry(run);
    if (end instanceof Event.VmEntered) {
      launched = true;
      return EntryResult.Entered.YES;
    }
    return switch (end) {
      case Event.VmExited exited -> new EntryResult.Failed(new VmExit(this, exited, entries));
      case Event.Completed completed -> refused(completed.values()[completed.values().length - 1]);
      case Event.Faulted faulted -> new EntryResult.Faulted(faulted.vector(), faulted.errorCode());
      default -> throw new IllegalStateException("a VM entry cannot end in " + run.end());
    };
  }

  private EntryResult refused(long status) {
    int error = (status & Vmx.Status.ZF) == 0 ? 0 : (int) read(VmcsField.VM_INSTRUCTION_ERROR);
    return new EntryResult.Refused(status, error);
  }

  /**
   * VMWRITE of guest RIP and VM entry, in one block.
   *
   * @throws AssertionError if the entry fails
   */
  public Vcpu enterAt(long rip) {
    return enter(new Instruction.Vmwrite(VmcsField.GUEST_RIP.encoding(), rip));
  }

  /**
   * Enters the guest.
   *
   * @param before as for {@link #tryEnter}
   * @throws AssertionError if the entry fails
   */
  public Vcpu enter(Instruction... before) {
    EntryResult result = tryEnter(before);
    if (!(result instanceof EntryResult.Entered)) {
      throw new AssertionError("VM entry of " + this + " should succeed, but: " + result);
    }
    return this;
  }

  /** Enters the guest again; as {@link #enter}. */
  public void resume() {
    enter();
  }

  /** Enters the guest and waits for its next VM exit. */
  public VmExit enterUntilExit() {
    enter();
    return exit();
  }

  /** Starts a block in the guest, which runs already, and waits for the next VM exit. */
  public VmExit run(Instruction... instructions) {
    guest.start(instructions);
    return exit();
  }

  /** As {@link #run(Instruction...)}. */
  public VmExit run(List<Instruction> instructions) {
    guest.start(instructions);
    return exit();
  }

  /**
   * Waits for the next VM exit that no handler takes.
   *
   * @throws AssertionError if there is none within the platform's patience
   */
  public VmExit exit() {
    if (!hasExited() && !host.machine().await(this::hasExited)) {
      throw new AssertionError(
          "%s had no VM exit within %d ms"
              .formatted(this, host.machine().description().patience().toMillis()));
    }
    VmExit exit = pending;
    if (exit == null) {
      throw new IllegalStateException("an awaited VM exit is gone");
    }
    pending = null;
    return exit;
  }

  /** Waits for the next VM exit and fails if it has another reason. */
  public VmExit exit(ExitReason reason) {
    VmExit exit = exit();
    if (!exit.is(reason)) {
      throw new AssertionError("%s should exit with %s, but had %s".formatted(this, reason, exit));
    }
    return exit;
  }

  /** Whether there is a VM exit that was not taken. */
  public boolean hasExited() {
    return pending != null;
  }

  /** From now on VM exits with this reason are taken by {@code handler}. */
  public void onExit(ExitReason reason, ExitHandler handler) {
    handlers[reason.number()] = handler;
  }

  /** VMCALL in the guest, and the VM exit it must lead to; RIP is behind it afterwards. */
  public VmExit leave() {
    VmExit exit = run(new Instruction.Vmcall());
    if (!exit.is(ExitReason.VMCALL)) {
      throw new AssertionError("VMCALL should exit, but there was " + exit);
    }
    skip(exit);
    return exit;
  }

  // ---- what processors use ----

  /** The guest had a VM exit; tells whether a handler waits. */
  boolean exited(Event.VmExited event) {
    pending = new VmExit(this, event, entries);
    return handlerOf(event.reason()) != null;
  }

  /** Who takes VM exits with this exit-reason field; an entry that failed has bit 31 in it. */
  private @Nullable ExitHandler handlerOf(int reasonField) {
    return 0 <= reasonField && reasonField < REASONS ? handlers[reasonField] : null;
  }

  boolean runHandler() {
    VmExit exit = pending;
    if (exit == null) {
      return false;
    }
    ExitHandler handler = handlerOf(exit.reasonField());
    if (handler == null) {
      return false;
    }
    pending = null;
    if (nesting == MOST_NESTING) {
      throw new AssertionError(
          "%s exits over and over: the handler of %s enters it again, and so did those of the %d exits before"
              .formatted(this, exit, MOST_NESTING));
    }
    nesting++;
    try {
      handler.handle(this, exit);
    } finally {
      nesting--;
    }
    return true;
  }

  void verifyNothingUnexpected() {
    VmExit exit = pending;
    if (exit != null) {
      throw new AssertionError("unexpected " + exit + " of " + this);
    }
  }

  /** As in {@code guest 0 of CPU 1}. */
  @Override
  public String toString() {
    return "guest " + number + " of " + host;
  }
}
