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
    return switch (instruction) {
      case Instruction.Load(long address, int width) -> "load " + memory(address, width);
      case Instruction.Store(long address, int width, long value) ->
          memory(address, width) + " <- " + Numbers.hex(value);
      case Instruction.LockedOr(long address, int width, long value) ->
          "lock or " + memory(address, width) + ", " + Numbers.hex(value);
      case Instruction.Exchange(long address, int width, long value) ->
          "xchg " + memory(address, width) + ", " + Numbers.hex(value);
      case Instruction.CompareExchange(long address, int width, long expected, long value) ->
          "lock cmpxchg %s, %s, expected %s"
              .formatted(memory(address, width), Numbers.hex(value), Numbers.hex(expected));
      case Instruction.CompareExchange16(
              long address,
              long expectedLow,
              long expectedHigh,
              long low,
              long high) ->
          "lock cmpxchg16b [%s], %s:%s, expected %s:%s"
              .formatted(
                  Numbers.address(address),
                  Numbers.hex(high),
                  Numbers.hex(low),
                  Numbers.hex(expectedHigh),
                  Numbers.hex(expectedLow));
      case Instruction.RepMovsb(long destination, long source, long count) ->
          "rep movsb [%s] <- [%s], %d bytes"
              .formatted(Numbers.address(destination), Numbers.address(source), count);
      case Instruction.Enter(long stack, long frame, int size, int levels) ->
          "enter %d, %d, rsp=%s, rbp=%s"
              .formatted(size, levels, Numbers.address(stack), Numbers.address(frame));
      case Instruction.In(int port, int width) -> "in " + port(port, width);
      case Instruction.Out(int port, int width, int value) ->
          "out " + port(port, width) + " <- " + Numbers.hex(Integer.toUnsignedLong(value));
      case Instruction.Rdmsr(int msr) -> "rdmsr " + msr(msr);
      case Instruction.Wrmsr(int msr, long value) ->
          "wrmsr " + msr(msr) + " <- " + Numbers.hex(value);
      case Instruction.Cpuid(int leaf, int subleaf) ->
          "cpuid "
              + Numbers.hex(Integer.toUnsignedLong(leaf))
              + (subleaf == 0 ? "" : "." + Numbers.hex(Integer.toUnsignedLong(subleaf)));
      case Instruction.MovFromCr8() -> "mov from cr8";
      case Instruction.MovToCr8(long value) -> "cr8 <- " + Numbers.hex(value);
      case Instruction.Monitor(long address) -> "monitor [" + Numbers.address(address) + "]";
      case Instruction.Mwait(int extensions) -> "mwait, ecx=" + extensions;
      case Instruction.Popf(long rflags) -> "popf " + Numbers.hex(rflags);
      case Instruction.Int(int vector) -> "int " + Numbers.vector(vector);
      case Instruction.Rdtsc() -> "rdtsc";
      case Instruction.Cli() -> "cli";
      case Instruction.Sti() -> "sti";
      case Instruction.Hlt() -> "hlt";
      case Instruction.Pause() -> "pause";
      case Instruction.Prefetch(long address) -> "prefetcht0 [" + Numbers.address(address) + "]";
      case Instruction.Nop() -> "nop";
      case Instruction.Mfence() -> "mfence";
      case Instruction.MovSs() -> "mov ss";
      case Instruction.Lss() -> "lss";
      case Instruction.Pushf() -> "pushf";
      case Instruction.Int3() -> "int3";
      case Instruction.Ud2() -> "ud2";
      case Instruction.Iret() -> "iret";
      case Instruction.IretToBadSelector() -> "iret to a bad selector";
      case Instruction.Rsm() -> "rsm";
      case Instruction.EnterUser() -> "enter user mode";
      case Instruction.LeaveUser() -> "leave user mode";
      case Instruction.MovFromCr(int register) -> "mov from cr" + register;
      case Instruction.MovToCr(int register, long value) ->
          "cr" + register + " <- " + Numbers.hex(value);
      case Instruction.Vmxon(long region) -> "vmxon " + Numbers.address(region);
      case Instruction.Vmxoff() -> "vmxoff";
      case Instruction.Vmclear(long vmcs) -> "vmclear " + Numbers.address(vmcs);
      case Instruction.Vmptrld(long vmcs) -> "vmptrld " + Numbers.address(vmcs);
      case Instruction.Vmptrst() -> "vmptrst";
      case Instruction.Invept(int type, long pointer) ->
          "invept " + type + ", " + Numbers.hex(pointer);
      case Instruction.Vmread(int field) -> "vmread " + RegisterNames.ofField(field);
      case Instruction.VmreadToMemory(int field, long address) ->
          "vmread " + RegisterNames.ofField(field) + " to [" + Numbers.address(address) + "]";
      case Instruction.Vmwrite(int field, long value) ->
          "vmwrite " + RegisterNames.ofField(field) + " <- " + Numbers.hex(value);
      case Instruction.Vmlaunch() -> "vmlaunch";
      case Instruction.Vmresume() -> "vmresume";
      case Instruction.Vmcall() -> "vmcall";
      case Instruction.Senduipi(long index) -> "senduipi " + Numbers.hex(index);
      case Instruction.Uiret() -> "uiret";
      case Instruction.Clui() -> "clui";
      case Instruction.Stui() -> "stui";
      case Instruction.Testui() -> "testui";
      case Instruction.Umonitor(long address) -> "umonitor [" + Numbers.address(address) + "]";
      case Instruction.Umwait(int control, long deadline) ->
          "umwait " + control + ", until " + Numbers.hex(deadline);
      case Instruction.Tpause(int control, long deadline) ->
          "tpause " + control + ", until " + Numbers.hex(deadline);
      case Instruction.Xbegin() -> "xbegin";
      case Instruction.Xend() -> "xend";
      case Instruction.Xsaves(long address, long components) ->
          "xsaves [" + Numbers.address(address) + "], components " + Numbers.hex(components);
      case Instruction.Xrstors(long address, long components) ->
          "xrstors [" + Numbers.address(address) + "], components " + Numbers.hex(components);
    };
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
