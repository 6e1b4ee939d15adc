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
    // nearly all are blocks: a type test is quicker than a pattern switch
    if (action instanceof Action.Execute execute) {
      add(execute);
      return;
    }
    switch (action) {
      case Action.Execute execute -> add(execute);
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

  private void add(Action.Execute execute) {
    mix(1);
    mix(execute.cpu());
    mix(execute.block());
    List<Instruction> instructions = execute.instructions();
    int size = instructions.size();
    for (int i = 0; i < size; i++) {
      add(instructions.get(i));
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
    // the frequent ones first: a pattern switch tries its cases one by one; no record patterns,
    // which make a method take long to compile
    switch (instruction) {
      case Instruction.Load load -> mix(1, load.address(), load.width());
      case Instruction.Store store -> {
        mix(2, store.address(), store.width());
        mix(store.value());
      }
      case Instruction.Rdmsr rdmsr -> mix(8, rdmsr.msr());
      case Instruction.Wrmsr wrmsr -> mix(9, wrmsr.msr(), wrmsr.value());
      case Instruction.Iret _ -> mix(29);
      case Instruction.Vmread vmread -> mix(41, vmread.field());
      case Instruction.VmreadToMemory vmreadToMemory ->
          mix(70, vmreadToMemory.field(), vmreadToMemory.address());
      case Instruction.Vmwrite vmwrite -> mix(42, vmwrite.field(), vmwrite.value());
      case Instruction.Vmresume _ -> mix(44);
      case Instruction.Vmcall _ -> mix(45);
      case Instruction.LockedOr lockedOr -> {
        mix(3, lockedOr.address(), lockedOr.width());
        mix(lockedOr.value());
      }
      case Instruction.Exchange exchange -> {
        mix(4, exchange.address(), exchange.width());
        mix(exchange.value());
      }
      case Instruction.RepMovsb repMovsb -> {
        mix(5, repMovsb.destination(), repMovsb.source());
        mix(repMovsb.count());
      }
      case Instruction.In in -> mix(6, in.port(), in.width());
      case Instruction.Out out -> {
        mix(7, out.port(), out.width());
        mix(out.value());
      }
      case Instruction.Rdtsc _ -> mix(10);
      case Instruction.Cpuid cpuid -> mix(11, cpuid.leaf(), cpuid.subleaf());
      case Instruction.MovFromCr8 _ -> mix(12);
      case Instruction.MovToCr8 movToCr8 -> mix(13, movToCr8.value());
      case Instruction.Cli _ -> mix(14);
      case Instruction.Sti _ -> mix(15);
      case Instruction.Hlt _ -> mix(16);
      case Instruction.Monitor monitor -> mix(17, monitor.address());
      case Instruction.Mwait mwait -> mix(18, mwait.extensions());
      case Instruction.Pause _ -> mix(19);
      case Instruction.Nop _ -> mix(20);
      case Instruction.Mfence _ -> mix(21);
      case Instruction.MovSs _ -> mix(22);
      case Instruction.Lss _ -> mix(23);
      case Instruction.Pushf _ -> mix(24);
      case Instruction.Popf popf -> mix(25, popf.rflags());
      case Instruction.Int software -> mix(26, software.vector());
      case Instruction.Int3 _ -> mix(27);
      case Instruction.Ud2 _ -> mix(28);
      case Instruction.IretToBadSelector _ -> mix(30);
      case Instruction.Rsm _ -> mix(31);
      case Instruction.EnterUser _ -> mix(32);
      case Instruction.LeaveUser _ -> mix(33);
      case Instruction.MovFromCr movFromCr -> mix(34, movFromCr.register());
      case Instruction.MovToCr movToCr -> mix(35, movToCr.register(), movToCr.value());
      case Instruction.Vmxon vmxon -> mix(36, vmxon.region());
      case Instruction.Vmxoff _ -> mix(37);
      case Instruction.Vmclear vmclear -> mix(38, vmclear.vmcs());
      case Instruction.Vmptrld vmptrld -> mix(39, vmptrld.vmcs());
      case Instruction.Vmptrst _ -> mix(40);
      case Instruction.Vmlaunch _ -> mix(43);
      case Instruction.Enter enter -> {
        mix(46, enter.stack(), enter.frame());
        mix(enter.size());
        mix(enter.levels());
      }
      case Instruction.Prefetch prefetch -> mix(47, prefetch.address());
      case Instruction.Senduipi senduipi -> mix(48, senduipi.index());
      case Instruction.Uiret _ -> mix(49);
      case Instruction.Clui _ -> mix(50);
      case Instruction.Stui _ -> mix(51);
      case Instruction.Testui _ -> mix(52);
      case Instruction.Xsaves xsaves -> mix(53, xsaves.address(), xsaves.components());
      case Instruction.Xrstors xrstors -> mix(54, xrstors.address(), xrstors.components());
      case Instruction.Invept invept -> mix(55, invept.type(), invept.pointer());
      case Instruction.CompareExchange compareExchange -> {
        mix(56, compareExchange.address(), compareExchange.width());
        mix(compareExchange.expected());
        mix(compareExchange.value());
      }
      case Instruction.CompareExchange16 compareExchange16 -> {
        mix(57, compareExchange16.address());
        mix(compareExchange16.expectedLow());
        mix(compareExchange16.expectedHigh());
        mix(compareExchange16.low());
        mix(compareExchange16.high());
      }
      case Instruction.Umonitor umonitor -> mix(61, umonitor.address());
      case Instruction.Umwait umwait -> mix(62, umwait.control(), umwait.deadline());
      case Instruction.Tpause tpause -> mix(63, tpause.control(), tpause.deadline());
      case Instruction.Xbegin _ -> mix(59);
      case Instruction.Xend _ -> mix(60);
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
