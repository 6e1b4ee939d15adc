package io.apictck.platform;

import java.io.ByteArrayOutputStream;

/** Machine code of the instructions (Intel SDM Vol. 2, instruction reference; opcode tables). */
final class InstructionEncoder {
  private static final byte[] NOTHING = {};

  /** mov [r15], rax; lea r15, [r15+8]: leaves the flags alone. */
  private static final byte[] STORE_RAX = bytes(0x49, 0x89, 0x07, 0x4D, 0x8D, 0x7F, 0x08);

  /** mov rax, rdx and {@link #STORE_RAX}. */
  private static final byte[] STORE_RDX = concat(bytes(0x48, 0x89, 0xD0), STORE_RAX);

  /** pushfq; pop rax; and eax, {@link Instruction#STATUS_FLAGS}; {@link #STORE_RAX}. */
  private static final byte[] STORE_FLAGS =
      concat(bytes(0x9C, 0x58, 0x25, 0xD5, 0x08, 0x00, 0x00), STORE_RAX);

  /** lea rsp, [rsp+8] and {@link #STORE_FLAGS}. */
  private static final byte[] DROP_AND_STORE_FLAGS =
      concat(bytes(0x48, 0x8D, 0x64, 0x24, 0x08), STORE_FLAGS);

  /** {@link #STORE_FLAGS}; mov rax, rcx; {@link #STORE_RAX}. */
  private static final byte[] STORE_FLAGS_AND_RCX =
      concat(STORE_FLAGS, concat(bytes(0x48, 0x89, 0xC8), STORE_RAX));

  private InstructionEncoder() {}

  /** How many bytes the body has; known without encoding for those that guests exit by most. */
  static int length(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Vmcall() -> 3;
      case Instruction.Wrmsr(int _, long _) -> 2;
      case Instruction.Iret() -> 2;
      case Instruction.MovToCr8(long _) -> 4;
      default -> encode(instruction).bodyLength();
    };
  }

  static MachineCode encode(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Load(long address, int width) ->
          code(movRcx(address), memory(width, 0x8A, 0x8B, 0x01), zeroExtend(width));
      case Instruction.Store(long address, int width, long value) ->
          code(concat(movRcx(address), movRax(value)), memory(width, 0x88, 0x89, 0x01), NOTHING);
      case Instruction.LockedOr(long address, int width, long value) ->
          code(
              concat(movRcx(address), movRax(value)),
              concat(bytes(0xF0), memory(width, 0x08, 0x09, 0x01)),
              NOTHING);
      case Instruction.Exchange(long address, int width, long value) ->
          code(
              concat(movRcx(address), movRax(value)),
              memory(width, 0x86, 0x87, 0x01),
              zeroExtend(width));
      case Instruction.CompareExchange(long address, int width, long expected, long value) ->
          code(
              concat(movRcx(address), concat(movRax(low(expected, width)), movRdx(value))),
              concat(bytes(0xF0), cmpxchg(width)),
              zeroExtend(width));
      case Instruction.CompareExchange16(
              long address,
              long expectedLow,
              long expectedHigh,
              long low,
              long high) ->
          // RBX is free as well
          code(
              concat(
                  concat(mov64(0x48, 0xBF, address), mov64(0x48, 0xBB, low)),
                  concat(movRcx(high), concat(movRax(expectedLow), movRdx(expectedHigh)))),
              bytes(0xF0, 0x48, 0x0F, 0xC7, 0x0F), // lock cmpxchg16b [rdi]
              concat(STORE_RAX, STORE_RDX));
      case Instruction.RepMovsb(long destination, long source, long count) ->
          code(
              concat(
                  concat(mov64(0x48, 0xBF, destination), mov64(0x48, 0xBE, source)), movRcx(count)),
              bytes(0xF3, 0xA4),
              NOTHING);
      case Instruction.Enter(long stack, long frame, int size, int levels) ->
          code(
              concat(mov64(0x48, 0xBC, stack), mov64(0x48, 0xBD, frame)),
              bytes(0x66, 0xC8, size, size >>> 8, levels),
              bytes(0x4C, 0x89, 0xF4)); // mov rsp, r14
      case Instruction.In(int port, int width) ->
          code(movEdx(port), port(width, 0xEC, 0xED), zeroExtend(width));
      case Instruction.Out(int port, int width, int value) ->
          code(concat(movEdx(port), movEax(value)), port(width, 0xEE, 0xEF), NOTHING);
      case Instruction.Rdmsr(int msr) ->
          code(
              // mov rax, -1; mov rdx, -1
              concat(
                  movEcx(msr),
                  bytes(
                      0x48, 0xC7, 0xC0, 0xFF, 0xFF, 0xFF, 0xFF, 0x48, 0xC7, 0xC2, 0xFF, 0xFF, 0xFF,
                      0xFF)),
              bytes(0x0F, 0x32),
              concat(STORE_RAX, STORE_RDX));
      case Instruction.Wrmsr(int msr, long value) ->
          code(
              concat(movEcx(msr), concat(movEax((int) value), movEdx((int) (value >>> 32)))),
              bytes(0x0F, 0x30),
              NOTHING);
      case Instruction.Rdtsc() ->
          // shl rdx, 32; or rax, rdx: the flags may change, nothing here keeps any
          code(
              NOTHING,
              bytes(0x0F, 0x31),
              concat(bytes(0x48, 0xC1, 0xE2, 0x20, 0x48, 0x09, 0xD0), STORE_RAX));
      case Instruction.Cpuid(int leaf, int subleaf) ->
          // CPUID overwrites RBX, which nothing here keeps anything in
          code(
              concat(movEax(leaf), movEcx(subleaf)),
              bytes(0x0F, 0xA2),
              concat(
                  concat(STORE_RAX, concat(bytes(0x48, 0x89, 0xD8), STORE_RAX)),
                  concat(concat(bytes(0x48, 0x89, 0xC8), STORE_RAX), STORE_RDX)));
      case Instruction.MovFromCr8() -> code(NOTHING, bytes(0x44, 0x0F, 0x20, 0xC0), STORE_RAX);
      case Instruction.MovToCr8(long value) ->
          code(movRax(value), bytes(0x44, 0x0F, 0x22, 0xC0), NOTHING);
      case Instruction.Cli() -> plain(0xFA);
      case Instruction.Sti() -> plain(0xFB);
      case Instruction.Hlt() -> plain(0xF4);
      case Instruction.Monitor(long address) ->
          code(
              concat(movRax(address), concat(movEcx(0), movEdx(0))),
              bytes(0x0F, 0x01, 0xC8),
              NOTHING);
      case Instruction.Mwait(int extensions) ->
          code(concat(movEax(0), movEcx(extensions)), bytes(0x0F, 0x01, 0xC9), NOTHING);
      case Instruction.Pause() -> plain(0xF3, 0x90);
      case Instruction.Prefetch(long address) ->
          code(movRcx(address), bytes(0x0F, 0x18, 0x09), NOTHING); // prefetcht0 [rcx]
      case Instruction.Nop() -> plain(0x90);
      case Instruction.Mfence() -> plain(0x0F, 0xAE, 0xF0);
      case Instruction.MovSs() ->
          // mov r8d, ss; then mov ss, r8d: RAX may already hold an operand of what follows
          code(bytes(0x41, 0x8C, 0xD0), bytes(0x41, 0x8E, 0xD0), NOTHING);
      case Instruction.Lss() ->
          // a far pointer with 32-bit offset: not every vendor has the 64-bit one;
          // no register but RSP: the operands of what follows may already be in the others
          code(
              bytes(0x54, 0x8C, 0x54, 0x24, 0x04), // push rsp; mov [rsp+4], ss
              bytes(0x0F, 0xB2, 0x24, 0x24), // lss esp, [rsp]
              NOTHING);
      case Instruction.Pushf() ->
          code(
              NOTHING,
              bytes(0x9C),
              concat(
                  bytes(0x49, 0x8B, 0x46, 0xF8), // mov rax, [r14-8]
                  concat(STORE_RAX, bytes(0x48, 0x8D, 0x64, 0x24, 0x08)))); // lea rsp, [rsp+8]
      case Instruction.Popf(long rflags) ->
          code(concat(movRax(rflags), bytes(0x50)), bytes(0x9D), NOTHING);
      case Instruction.Int(int vector) -> plain(0xCD, vector);
      case Instruction.Int3() -> plain(0xCC);
      case Instruction.Ud2() -> plain(0x0F, 0x0B);
      case Instruction.Iret() -> plain(0x48, 0xCF);
      case Instruction.IretToBadSelector() ->
          // lea rsp, [rsp-40]; mov qword [rsp+8], FFF8h: a frame of its own and its CS slot
          code(
              bytes(
                  0x48, 0x8D, 0x64, 0x24, 0xD8, 0x48, 0xC7, 0x44, 0x24, 0x08, 0xF8, 0xFF, 0x00,
                  0x00),
              bytes(0x48, 0xCF),
              NOTHING);
      case Instruction.Rsm() -> plain(0x0F, 0xAA);
      case Instruction.EnterUser() ->
          // pushfq; pop r11; lea rcx, [rip+3]: the address behind SYSRETQ
          code(
              bytes(0x9C, 0x41, 0x5B, 0x48, 0x8D, 0x0D, 0x03, 0x00, 0x00, 0x00),
              bytes(0x48, 0x0F, 0x07),
              NOTHING);
      case Instruction.LeaveUser() -> plain(0x0F, 0x05);
      case Instruction.MovFromCr(int register) ->
          code(NOTHING, bytes(0x0F, 0x20, 0xC0 | register << 3), STORE_RAX);
      case Instruction.MovToCr(int register, long value) ->
          code(movRax(value), bytes(0x0F, 0x22, 0xC0 | register << 3), NOTHING);
      case Instruction.Vmxon(long region) -> pointer(region, 0xF3, 0x0F, 0xC7, 0x34, 0x24);
      case Instruction.Vmclear(long vmcs) -> pointer(vmcs, 0x66, 0x0F, 0xC7, 0x34, 0x24);
      case Instruction.Vmptrld(long vmcs) -> pointer(vmcs, 0x0F, 0xC7, 0x34, 0x24);
      case Instruction.Vmptrst() ->
          code(
              concat(movRax(-1), bytes(0x50)),
              bytes(0x0F, 0xC7, 0x3C, 0x24),
              concat(bytes(0x59), STORE_FLAGS_AND_RCX)); // pop rcx
      case Instruction.Invept(int type, long pointer) ->
          code(
              concat(
                  concat(concat(movRax(0), bytes(0x50)), concat(movRax(pointer), bytes(0x50))),
                  movEcx(type)),
              bytes(0x66, 0x0F, 0x38, 0x80, 0x0C, 0x24), // invept rcx, [rsp]
              concat(bytes(0x48, 0x8D, 0x64, 0x24, 0x10), STORE_FLAGS)); // lea rsp, [rsp+16]
      case Instruction.Vmread(int field) ->
          code(
              concat(movRcx(Integer.toUnsignedLong(field)), movRax(-1)),
              bytes(0x0F, 0x78, 0xC8), // vmread rax, rcx
              concat(bytes(0x48, 0x89, 0xC1), STORE_FLAGS_AND_RCX)); // mov rcx, rax
      case Instruction.VmreadToMemory(int field, long address) ->
          code(
              concat(movRcx(Integer.toUnsignedLong(field)), movRax(address)),
              bytes(0x0F, 0x78, 0x08), // vmread [rax], rcx
              STORE_FLAGS);
      case Instruction.Vmwrite(int field, long value) ->
          code(
              concat(movRcx(Integer.toUnsignedLong(field)), movRax(value)),
              bytes(0x0F, 0x79, 0xC8), // vmwrite rcx, rax
              STORE_FLAGS);
      case Instruction.Vmlaunch() -> code(NOTHING, bytes(0x0F, 0x01, 0xC2), STORE_FLAGS);
      case Instruction.Vmresume() -> code(NOTHING, bytes(0x0F, 0x01, 0xC3), STORE_FLAGS);
      case Instruction.Vmxoff() -> code(NOTHING, bytes(0x0F, 0x01, 0xC4), STORE_FLAGS);
      case Instruction.Vmcall() -> code(NOTHING, bytes(0x0F, 0x01, 0xC1), STORE_FLAGS);
      case Instruction.Senduipi(long index) ->
          code(movRax(index), bytes(0xF3, 0x0F, 0xC7, 0xF0), NOTHING); // senduipi rax
      case Instruction.Uiret() ->
          code(
              bytes(0x48, 0x8D, 0x64, 0x24, 0x08), // lea rsp, [rsp+8]
              bytes(0xF3, 0x0F, 0x01, 0xEC),
              NOTHING);
      case Instruction.Clui() -> plain(0xF3, 0x0F, 0x01, 0xEE);
      case Instruction.Stui() -> plain(0xF3, 0x0F, 0x01, 0xEF);
      case Instruction.Testui() -> code(NOTHING, bytes(0xF3, 0x0F, 0x01, 0xED), STORE_FLAGS);
      case Instruction.Umonitor(long address) ->
          code(movRax(address), bytes(0xF3, 0x0F, 0xAE, 0xF0), NOTHING); // umonitor rax
      case Instruction.Umwait(int control, long deadline) ->
          code(wait(control, deadline), bytes(0xF2, 0x0F, 0xAE, 0xF1), STORE_FLAGS); // umwait ecx
      case Instruction.Tpause(int control, long deadline) ->
          code(wait(control, deadline), bytes(0x66, 0x0F, 0xAE, 0xF1), STORE_FLAGS); // tpause ecx
      case Instruction.Xbegin() ->
          code(movEax(-1), bytes(0xC7, 0xF8, 0x00, 0x00, 0x00, 0x00), STORE_RAX);
      case Instruction.Xend() ->
          // xtest; jz over xend
          plain(0x0F, 0x01, 0xD6, 0x74, 0x03, 0x0F, 0x01, 0xD5);
      case Instruction.Xsaves(long address, long components) ->
          code(area(address, components), bytes(0x48, 0x0F, 0xC7, 0x29), NOTHING);
      case Instruction.Xrstors(long address, long components) ->
          code(area(address, components), bytes(0x48, 0x0F, 0xC7, 0x19), NOTHING);
    };
  }

  private static MachineCode code(byte[] setUp, byte[] body, byte[] store) {
    return new MachineCode(setUp, body, store);
  }

  /** An instruction whose operand is an address on top of the stack; gives the flags. */
  private static MachineCode pointer(long address, int... body) {
    return code(concat(movRax(address), bytes(0x50)), bytes(body), DROP_AND_STORE_FLAGS);
  }

  private static MachineCode plain(int... body) {
    return code(NOTHING, bytes(body), NOTHING);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(first.length + second.length);
    out.writeBytes(first);
    out.writeBytes(second);
    return out.toByteArray();
  }

  /** mov r64, imm64. */
  private static byte[] mov64(int rex, int opcode, long value) {
    byte[] code = new byte[10];
    code[0] = (byte) rex;
    code[1] = (byte) opcode;
    for (int i = 0; i < 8; i++) {
      code[2 + i] = (byte) (value >>> (8 * i));
    }
    return code;
  }

  private static byte[] movRax(long value) {
    return mov64(0x48, 0xB8, value);
  }

  private static byte[] movRcx(long value) {
    return mov64(0x48, 0xB9, value);
  }

  private static byte[] movRdx(long value) {
    return mov64(0x48, 0xBA, value);
  }

  /** cmpxchg [rcx], dl, dx, edx or rdx. */
  private static byte[] cmpxchg(int width) {
    return switch (width) {
      case 1 -> bytes(0x0F, 0xB0, 0x11);
      case 2 -> bytes(0x66, 0x0F, 0xB1, 0x11);
      case 4 -> bytes(0x0F, 0xB1, 0x11);
      case 8 -> bytes(0x48, 0x0F, 0xB1, 0x11);
      default -> throw badWidth(width);
    };
  }

  private static long low(long value, int width) {
    return width == Long.BYTES ? value : value & ((1L << (Byte.SIZE * width)) - 1);
  }

  private static IllegalArgumentException badWidth(int width) {
    return new IllegalArgumentException("an access is 1, 2, 4 or 8 bytes wide, not " + width);
  }

  /** mov rcx, address; mov eax and edx, components. */
  private static byte[] area(long address, long components) {
    return concat(
        movRcx(address),
        concat(movEax((int) components), movEdx((int) (components >>> Integer.SIZE))));
  }

  /** mov ecx, control; mov eax and edx, deadline. */
  private static byte[] wait(int control, long deadline) {
    return concat(
        movEcx(control), concat(movEax((int) deadline), movEdx((int) (deadline >>> Integer.SIZE))));
  }

  /** mov r32, imm32. */
  private static byte[] mov32(int opcode, int value) {
    return bytes(opcode, value, value >>> 8, value >>> 16, value >>> 24);
  }

  private static byte[] movEax(int value) {
    return mov32(0xB8, value);
  }

  private static byte[] movEcx(int value) {
    return mov32(0xB9, value);
  }

  private static byte[] movEdx(int value) {
    return mov32(0xBA, value);
  }

  /**
   * An instruction with a memory operand of the given width; ModR/M 01h is [rcx] with al, ax, eax
   * or rax.
   */
  private static byte[] memory(int width, int byteOpcode, int opcode, int modRm) {
    return switch (width) {
      case 1 -> bytes(byteOpcode, modRm);
      case 2 -> bytes(0x66, opcode, modRm);
      case 4 -> bytes(opcode, modRm);
      case 8 -> bytes(0x48, opcode, modRm);
      default -> throw badWidth(width);
    };
  }

  private static byte[] port(int width, int byteOpcode, int opcode) {
    return switch (width) {
      case 1 -> bytes(byteOpcode);
      case 2 -> bytes(0x66, opcode);
      case 4 -> bytes(opcode);
      default ->
          throw new IllegalArgumentException("a port access is 1, 2 or 4 bytes wide, not " + width);
    };
  }

  /** Clears what a narrow result left in RAX, and stores it. */
  private static byte[] zeroExtend(int width) {
    return switch (width) {
      case 1 -> concat(bytes(0x0F, 0xB6, 0xC0), STORE_RAX);
      case 2 -> concat(bytes(0x0F, 0xB7, 0xC0), STORE_RAX);
      default -> STORE_RAX;
    };
  }
}
