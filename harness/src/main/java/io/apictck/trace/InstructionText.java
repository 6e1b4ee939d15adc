package io.apictck.trace;

import io.apictck.platform.Instruction;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Instructions as a hypervisor developer reads them: registers by name, results if they are known.
 */
final class InstructionText {
  private InstructionText() {}

  /** The instruction without what it gave. */
  static String of(Instruction instruction) {
    // no record patterns and no text put together here: so large a method takes long to compile
    return switch (instruction) {
      case Instruction.Load load -> one("load", memory(load.address(), load.width()));
      case Instruction.Store store -> set(memory(store.address(), store.width()), store.value());
      case Instruction.LockedOr or ->
          two("lock or", memory(or.address(), or.width()), Numbers.hex(or.value()));
      case Instruction.Exchange exchange ->
          two("xchg", memory(exchange.address(), exchange.width()), Numbers.hex(exchange.value()));
      case Instruction.CompareExchange compare -> compareExchange(compare);
      case Instruction.CompareExchange16 compare -> compareExchange(compare);
      case Instruction.RepMovsb repMovsb -> repMovsb(repMovsb);
      case Instruction.Enter enter -> enter(enter);
      case Instruction.In in -> one("in", port(in.port(), in.width()));
      case Instruction.Out out ->
          set(one("out", port(out.port(), out.width())), Integer.toUnsignedLong(out.value()));
      case Instruction.Rdmsr rdmsr -> one("rdmsr", msr(rdmsr.msr()));
      case Instruction.Wrmsr wrmsr -> set(one("wrmsr", msr(wrmsr.msr())), wrmsr.value());
      case Instruction.Cpuid cpuid -> cpuid(cpuid);
      case Instruction.MovFromCr8 _ -> "mov from cr8";
      case Instruction.MovToCr8 mov -> set("cr8", mov.value());
      case Instruction.Monitor monitor -> at("monitor", monitor.address());
      case Instruction.Mwait mwait -> "mwait, ecx=" + mwait.extensions();
      case Instruction.Popf popf -> one("popf", Numbers.hex(popf.rflags()));
      case Instruction.Int software -> one("int", Numbers.vector(software.vector()));
      case Instruction.Rdtsc _ -> "rdtsc";
      case Instruction.Cli _ -> "cli";
      case Instruction.Sti _ -> "sti";
      case Instruction.Hlt _ -> "hlt";
      case Instruction.Pause _ -> "pause";
      case Instruction.Prefetch prefetch -> at("prefetcht0", prefetch.address());
      case Instruction.Nop _ -> "nop";
      case Instruction.Mfence _ -> "mfence";
      case Instruction.MovSs _ -> "mov ss";
      case Instruction.Lss _ -> "lss";
      case Instruction.Pushf _ -> "pushf";
      case Instruction.Int3 _ -> "int3";
      case Instruction.Ud2 _ -> "ud2";
      case Instruction.Iret _ -> "iret";
      case Instruction.IretToBadSelector _ -> "iret to a bad selector";
      case Instruction.Rsm _ -> "rsm";
      case Instruction.EnterUser _ -> "enter user mode";
      case Instruction.LeaveUser _ -> "leave user mode";
      case Instruction.MovFromCr mov -> "mov from cr" + mov.register();
      case Instruction.MovToCr mov -> set("cr" + mov.register(), mov.value());
      case Instruction.Vmxon vmxon -> one("vmxon", Numbers.address(vmxon.region()));
      case Instruction.Vmxoff _ -> "vmxoff";
      case Instruction.Vmclear vmclear -> one("vmclear", Numbers.address(vmclear.vmcs()));
      case Instruction.Vmptrld vmptrld -> one("vmptrld", Numbers.address(vmptrld.vmcs()));
      case Instruction.Vmptrst _ -> "vmptrst";
      case Instruction.Invept invept ->
          two("invept", Integer.toString(invept.type()), Numbers.hex(invept.pointer()));
      case Instruction.Vmread vmread -> one("vmread", RegisterNames.ofField(vmread.field()));
      case Instruction.VmreadToMemory vmread ->
          at(one("vmread", RegisterNames.ofField(vmread.field())) + " to", vmread.address());
      case Instruction.Vmwrite vmwrite ->
          set(one("vmwrite", RegisterNames.ofField(vmwrite.field())), vmwrite.value());
      case Instruction.Vmlaunch _ -> "vmlaunch";
      case Instruction.Vmresume _ -> "vmresume";
      case Instruction.Vmcall _ -> "vmcall";
      case Instruction.Senduipi senduipi -> one("senduipi", Numbers.hex(senduipi.index()));
      case Instruction.Uiret _ -> "uiret";
      case Instruction.Clui _ -> "clui";
      case Instruction.Stui _ -> "stui";
      case Instruction.Testui _ -> "testui";
      case Instruction.Umonitor umonitor -> at("umonitor", umonitor.address());
      case Instruction.Umwait wait -> until("umwait", wait.control(), wait.deadline());
      case Instruction.Tpause pause -> until("tpause", pause.control(), pause.deadline());
      case Instruction.Xbegin _ -> "xbegin";
      case Instruction.Xend _ -> "xend";
      case Instruction.Xsaves save -> components("xsaves", save.address(), save.components());
      case Instruction.Xrstors load -> components("xrstors", load.address(), load.components());
    };
  }

  private static String one(String mnemonic, String operand) {
    return mnemonic + " " + operand;
  }

  private static String two(String mnemonic, String first, String second) {
    return mnemonic + " " + first + ", " + second;
  }

  private static String at(String mnemonic, long address) {
    return mnemonic + " [" + Numbers.address(address) + "]";
  }

  private static String set(String what, long value) {
    return what + " <- " + Numbers.hex(value);
  }

  private static String until(String mnemonic, int control, long deadline) {
    return mnemonic + " " + control + ", until " + Numbers.hex(deadline);
  }

  private static String components(String mnemonic, long address, long components) {
    return at(mnemonic, address) + ", components " + Numbers.hex(components);
  }

  private static String compareExchange(Instruction.CompareExchange compare) {
    return "lock cmpxchg %s, %s, expected %s"
        .formatted(
            memory(compare.address(), compare.width()),
            Numbers.hex(compare.value()),
            Numbers.hex(compare.expected()));
  }

  private static String compareExchange(Instruction.CompareExchange16 compare) {
    return "lock cmpxchg16b [%s], %s:%s, expected %s:%s"
        .formatted(
            Numbers.address(compare.address()),
            Numbers.hex(compare.high()),
            Numbers.hex(compare.low()),
            Numbers.hex(compare.expectedHigh()),
            Numbers.hex(compare.expectedLow()));
  }

  private static String repMovsb(Instruction.RepMovsb repMovsb) {
    return "rep movsb [%s] <- [%s], %d bytes"
        .formatted(
            Numbers.address(repMovsb.destination()),
            Numbers.address(repMovsb.source()),
            repMovsb.count());
  }

  private static String enter(Instruction.Enter enter) {
    return "enter %d, %d, rsp=%s, rbp=%s"
        .formatted(
            enter.size(),
            enter.levels(),
            Numbers.address(enter.stack()),
            Numbers.address(enter.frame()));
  }

  private static String cpuid(Instruction.Cpuid cpuid) {
    String leaf = Numbers.hex(Integer.toUnsignedLong(cpuid.leaf()));
    return cpuid.subleaf() == 0
        ? one("cpuid", leaf)
        : "cpuid " + leaf + "." + Numbers.hex(Integer.toUnsignedLong(cpuid.subleaf()));
  }

  /** The instruction and what it gave. */
  static String of(Instruction instruction, long[] values) {
    if (values.length == 0) {
      return of(instruction);
    }
    if (instruction instanceof Instruction.Rdmsr
        && values[0] >>> 32 == 0
        && values[1] >>> 32 == 0) {
      return of(instruction) + " -> " + Numbers.hex((values[1] << 32) | values[0]);
    }
    return of(instruction) + " -> " + numbers(values);
  }

  static String numbers(long[] values) {
    return Arrays.stream(values).mapToObj(Numbers::hex).collect(Collectors.joining(", "));
  }

  private static String memory(long address, int width) {
    return (width == 4 ? "" : width + " bytes ")
        + "["
        + Numbers.address(address)
        + "]"
        + RegisterNames.ofAddress(address);
  }

  private static String port(int port, int width) {
    return Numbers.hex(port) + (width == 1 ? "" : ", " + width + " bytes");
  }

  private static String msr(int msr) {
    return Numbers.hex(Integer.toUnsignedLong(msr)) + RegisterNames.ofMsr(msr);
  }
}
