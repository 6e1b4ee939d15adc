package io.apictck.model.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.bus.Memory;
import io.apictck.model.processor.vmx.CapabilityMsrs;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Feature;
import io.apictck.platform.GuestState;
import io.apictck.platform.Instruction;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/** A {@link Bench} in VMX root operation with a VMCS that can be entered. */
final class VmxBench {
  static final long VMXON_REGION = Memory.SCRATCH_BASE;
  static final long VMCS = Memory.SCRATCH_BASE + 0x1000;
  static final long OTHER_VMCS = Memory.SCRATCH_BASE + 0x2000;
  static final long SUCCEED = 0;
  static final long FAIL_INVALID = 1;
  static final long FAIL_VALID = 0x40;

  private static final int CR3_CONTROLS = 1 << 15 | 1 << 16;
  private static final int VMXE = 1 << 13;

  private final Bench bench;

  private VmxBench(Bench bench) {
    this.bench = bench;
  }

  /** A machine outside of VMX operation. */
  static VmxBench off() {
    return off(Processor::new);
  }

  static VmxBench off(ProcessorFactory factory) {
    return new VmxBench(Bench.with(2, EnumSet.allOf(Feature.class), factory));
  }

  /** A machine with a current VMCS. */
  static VmxBench ready() {
    return off().prepare();
  }

  static VmxBench ready(ProcessorFactory factory) {
    return off(factory).prepare();
  }

  VmxBench prepare() {
    enableVmx();
    bench.values(
        region(VMXON_REGION),
        region(VMCS),
        region(OTHER_VMCS),
        new Instruction.Vmxon(VMXON_REGION));
    load(VMCS, 0);
    return this;
  }

  void enableVmx() {
    long cr4 = bench.values(new Instruction.MovFromCr(4))[0];
    bench.values(new Instruction.MovToCr(4, cr4 | VMXE));
  }

  /** Makes a VMCS the current one, and writes what it must hold. */
  void load(long address, int guest) {
    bench.values(new Instruction.Vmclear(address), new Instruction.Vmptrld(address));
    GuestState state = bench.guest(0, guest);
    writeAll(state.guest());
    writeAll(state.host());
    write(VmcsField.PIN_BASED_CONTROLS, ControlVector.PIN.default1());
    write(VmcsField.PRIMARY_CONTROLS, ControlVector.PRIMARY.default1() & ~CR3_CONTROLS);
    write(VmcsField.EXIT_CONTROLS, ControlVector.EXIT.default1());
    write(VmcsField.ENTRY_CONTROLS, ControlVector.ENTRY.default1());
    set(VmxControl.HOST_ADDRESS_SPACE_SIZE, VmxControl.IA32E_MODE_GUEST);
  }

  private void writeAll(Map<VmcsField, Long> fields) {
    fields.forEach(this::write);
  }

  static Instruction region(long address) {
    return new Instruction.Store(address, 4, CapabilityMsrs.REVISION);
  }

  Bench bench() {
    return bench;
  }

  void write(VmcsField field, long value) {
    assertThat(bench.values(new Instruction.Vmwrite(field.encoding(), value)))
        .as("VMWRITE of %s", field)
        .containsExactly(SUCCEED);
  }

  long read(VmcsField field) {
    long[] values = bench.values(new Instruction.Vmread(field.encoding()));
    assertThat(values[0]).as("VMREAD of %s", field).isEqualTo(SUCCEED);
    return values[1];
  }

  void set(VmxControl... controls) {
    for (VmxControl control : controls) {
      write(control.vector().field(), read(control.vector().field()) | control.mask());
    }
  }

  void clear(VmxControl control) {
    write(control.vector().field(), read(control.vector().field()) & ~control.mask());
  }

  /** Enters the guest for the first time; the events behind the entry. */
  List<Event> launch() {
    return enter(new Instruction.Vmlaunch());
  }

  List<Event> resume() {
    return enter(new Instruction.Vmresume());
  }

  private List<Event> enter(Instruction instruction) {
    List<Event> events = bench.run(0, instruction);
    assertThat(events.getFirst()).isInstanceOf(Event.VmEntered.class);
    return events.subList(1, events.size());
  }

  /** A VM entry that gives an error. */
  long errorOfLaunch() {
    return errorOf(new Instruction.Vmlaunch());
  }

  long errorOfResume() {
    return errorOf(new Instruction.Vmresume());
  }

  private long errorOf(Instruction entry) {
    assertThat(bench.values(entry)).containsExactly(FAIL_VALID);
    return read(VmcsField.VM_INSTRUCTION_ERROR);
  }

  /** A VM entry that fails on guest state; its qualification. */
  long failedLaunch() {
    List<Event> events = bench.run(0, new Instruction.Vmlaunch());
    assertThat(events).singleElement().isInstanceOf(Event.VmExited.class);
    assertThat(((Event.VmExited) events.getFirst()).reason())
        .isEqualTo(ExitReason.ENTRY_FAILURE | ExitReason.ENTRY_FAILURE_GUEST_STATE.number());
    return read(VmcsField.EXIT_QUALIFICATION);
  }

  /** Runs a block of the guest. */
  List<Event> run(Instruction... instructions) {
    return bench.run(0, instructions);
  }

  List<Event> perform(Action action) {
    return bench.perform(action);
  }

  /** An interrupt for processor 0 from outside. */
  List<Event> interrupt(int vector) {
    return bench.perform(new Action.DeviceWrite(0, 0xFEE0_0000L, vector));
  }

  /** The last event is a VM exit for a reason. */
  static void assertExit(List<Event> events, ExitReason reason) {
    assertThat(events.getLast()).isInstanceOf(Event.VmExited.class);
    assertThat(((Event.VmExited) events.getLast()).reason()).isEqualTo(reason.number());
  }
}
