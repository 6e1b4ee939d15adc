package io.apictck.trace;

import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import java.util.List;

/**
 * A running 64-bit digest of actions and events. It does not use {@code hashCode()}, which differs
 * from run to run for enum constants.
 */
@SuppressWarnings("EnumOrdinal") // a number for each constant, the same in every run of one version
final class TraceDigest {
  private long value = 0x9E37_79B9_7F4A_7C15L;

  long value() {
    return value;
  }

  private void mix(long word) {
    long mixed = (value ^ word) * 0xBF58_476D_1CE4_E5B9L;
    value = mixed ^ mixed >>> 29;
  }

  void add(long nanos, String text) {
    mix(nanos);
    for (int i = 0; i < text.length(); i++) {
      mix(text.charAt(i));
    }
  }

  void add(long nanos, Action action) {
    mix(nanos);
    switch (action) {
      case Action.Execute execute -> {
        mix(1);
        mix(execute.cpu());
        mix(execute.block());
        List<Instruction> instructions = execute.instructions();
        int size = instructions.size();
        for (int i = 0; i < size; i++) {
          add(instructions.get(i));
        }
      }
      case Action.SetLine(int gsi, boolean asserted) -> mix(2, gsi, asserted ? 1 : 0);
      case Action.SetLocalLine line ->
          mix(3, line.cpu() << 8 | line.line().ordinal(), line.asserted() ? 1 : 0);
      case Action.SupplyVector(int vector) -> mix(4, vector);
      case Action.DeviceWrite(int requesterId, long address, int data) -> {
        mix(5, requesterId, address);
        mix(data);
      }
      case Action.Elapse(long duration) -> mix(6, duration);
      case Action.Reset() -> mix(7);
      case Action.SetGate(int vector, boolean trap) -> mix(8, vector, trap ? 1 : 0);
      case Action.FunctionInterrupt(int requesterId, int number, boolean pending) ->
          mix(9, requesterId << 16 | number, pending ? 1 : 0);
    }
  }

  /** A kind, which is a small number, and two words of it. */
  private void mix(long kind, long first, long second) {
    mix(kind << 56 ^ first);
    mix(second);
  }

  private void mix(long kind, long word) {
    mix(kind << 56 ^ word);
  }

  private void add(Instruction instruction) {
    // the frequent ones first: a pattern switch tries its cases one by one
    switch (instruction) {
      case Instruction.Load(long address, int width) -> mix(1, address, width);
      case Instruction.Store(long address, int width, long stored) -> {
        mix(2, address, width);
        mix(stored);
      }
      case Instruction.Rdmsr(int msr) -> mix(8, msr);
      case Instruction.Wrmsr(int msr, long written) -> mix(9, msr, written);
      case Instruction.Iret() -> mix(29);
      case Instruction.Vmread(int field) -> mix(41, field);
      case Instruction.VmreadToMemory(int field, long address) -> mix(70, field, address);
      case Instruction.Vmwrite(int field, long written) -> mix(42, field, written);
      case Instruction.Vmresume() -> mix(44);
      case Instruction.Vmcall() -> mix(45);
      case Instruction.LockedOr(long address, int width, long operand) -> {
        mix(3, address, width);
        mix(operand);
      }
      case Instruction.Exchange(long address, int width, long stored) -> {
        mix(4, address, width);
        mix(stored);
      }
      case Instruction.RepMovsb(long destination, long source, long count) -> {
        mix(5, destination, source);
        mix(count);
      }
      case Instruction.In(int port, int width) -> mix(6, port, width);
      case Instruction.Out(int port, int width, int written) -> {
        mix(7, port, width);
        mix(written);
      }
      case Instruction.Rdtsc() -> mix(10);
      case Instruction.Cpuid(int leaf, int subleaf) -> mix(11, leaf, subleaf);
      case Instruction.MovFromCr8() -> mix(12);
      case Instruction.MovToCr8(long written) -> mix(13, written);
      case Instruction.Cli() -> mix(14);
      case Instruction.Sti() -> mix(15);
      case Instruction.Hlt() -> mix(16);
      case Instruction.Monitor(long address) -> mix(17, address);
      case Instruction.Mwait(int extensions) -> mix(18, extensions);
      case Instruction.Pause() -> mix(19);
      case Instruction.Nop() -> mix(20);
      case Instruction.Mfence() -> mix(21);
      case Instruction.MovSs() -> mix(22);
      case Instruction.Lss() -> mix(23);
      case Instruction.Pushf() -> mix(24);
      case Instruction.Popf(long rflags) -> mix(25, rflags);
      case Instruction.Int(int vector) -> mix(26, vector);
      case Instruction.Int3() -> mix(27);
      case Instruction.Ud2() -> mix(28);
      case Instruction.IretToBadSelector() -> mix(30);
      case Instruction.Rsm() -> mix(31);
      case Instruction.EnterUser() -> mix(32);
      case Instruction.LeaveUser() -> mix(33);
      case Instruction.MovFromCr(int register) -> mix(34, register);
      case Instruction.MovToCr(int register, long written) -> mix(35, register, written);
      case Instruction.Vmxon(long region) -> mix(36, region);
      case Instruction.Vmxoff() -> mix(37);
      case Instruction.Vmclear(long vmcs) -> mix(38, vmcs);
      case Instruction.Vmptrld(long vmcs) -> mix(39, vmcs);
      case Instruction.Vmptrst() -> mix(40);
      case Instruction.Vmlaunch() -> mix(43);
      case Instruction.Enter(long stack, long frame, int size, int levels) -> {
        mix(46, stack, frame);
        mix(size);
        mix(levels);
      }
      case Instruction.Prefetch(long address) -> mix(47, address);
      case Instruction.Senduipi(long index) -> mix(48, index);
      case Instruction.Uiret() -> mix(49);
      case Instruction.Clui() -> mix(50);
      case Instruction.Stui() -> mix(51);
      case Instruction.Testui() -> mix(52);
      case Instruction.Xsaves(long address, long components) -> mix(53, address, components);
      case Instruction.Xrstors(long address, long components) -> mix(54, address, components);
      case Instruction.Invept(int type, long pointer) -> mix(55, type, pointer);
      case Instruction.CompareExchange(long address, int width, long expected, long stored) -> {
        mix(56, address, width);
        mix(expected);
        mix(stored);
      }
      case Instruction.CompareExchange16(
              long address,
              long expectedLow,
              long expectedHigh,
              long low,
              long high) -> {
        mix(57, address);
        mix(expectedLow);
        mix(expectedHigh);
        mix(low);
        mix(high);
      }
      case Instruction.Umonitor(long address) -> mix(61, address);
      case Instruction.Umwait(int control, long deadline) -> mix(62, control, deadline);
      case Instruction.Tpause(int control, long deadline) -> mix(63, control, deadline);
      case Instruction.Xbegin() -> mix(59);
      case Instruction.Xend() -> mix(60);
    }
  }

  void add(long nanos, Event event) {
    mix(nanos);
    mix(event.cpu());
    // the frequent ones first, as above
    switch (event) {
      case Event.Completed completed -> {
        mix(101, completed.block(), completed.values().length);
        for (long result : completed.values()) {
          mix(result);
        }
      }
      case Event.VmEntered(int ignored, long block) -> mix(108, block);
      case Event.VmExited exited -> {
        mix(109, exited.block(), exited.reason());
        add(exited.interrupted());
      }
      case Event.Faulted faulted -> {
        mix(102, faulted.block(), faulted.index());
        mix(faulted.vector());
        mix(faulted.errorCode());
      }
      case Event.InterruptTaken taken -> {
        mix(103, taken.vector(), taken.kind().ordinal());
        add(taken.interrupted());
        mix(taken.rflags());
      }
      case Event.ExceptionTaken taken -> {
        mix(104, taken.vector(), taken.errorCode());
        add(taken.interrupted());
        mix(taken.rflags());
      }
      case Event.ProcessorReset ignored -> mix(105);
      case Event.ProcessorStarted started -> {
        mix(106, started.sipiVector(), started.state().cs());
        mix(started.state().ip());
        mix(started.state().cr0());
        mix(started.state().rflags());
      }
      case Event.ShutDown ignored -> mix(107);
      case Event.UserInterruptTaken taken -> {
        mix(110, taken.vector(), taken.frame());
        add(taken.interrupted());
        mix(taken.rflags());
      }
    }
  }

  private void add(Place place) {
    mix(place.block());
    mix(place.index());
  }
}
