package io.apictck.target.agent;

import io.apictck.arch.vmx.VmcsField;
import java.io.ByteArrayOutputStream;

/** Machine code in the making: what the agent's conventions ask for around the instructions. */
final class Code {
  /** Of the VMREAD in {@link #prepareEntry}. */
  static final int VMREAD_OFFSET = 14;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

  int size() {
    return out.size();
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  Code bytes(int... values) {
    for (int value : values) {
      out.write(value);
    }
    return this;
  }

  Code raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  private Code dword(long value) {
    return bytes((int) value, (int) (value >> 8), (int) (value >> 16), (int) (value >> 24));
  }

  /** The command is taken. */
  Code takeCommand() {
    return bytes(0x65, 0x48, 0xC7, 0x04, 0x25).dword(AgentLayout.BOX_COMMAND).dword(0);
  }

  /** mov rsp, gs:[BOX_STACK]. */
  Code loadStack() {
    return bytes(0x65, 0x48, 0x8B, 0x24, 0x25).dword(AgentLayout.BOX_STACK);
  }

  /** mov r14, rsp; mov r15d, results. */
  Code results(long address) {
    return bytes(0x49, 0x89, 0xE6, 0x41, 0xBF).dword(address);
  }

  /** The number of events told so far, plus one, goes to {@code flag}. */
  Code done(long flag) {
    return bytes(0x65, 0x48, 0x8B, 0x04, 0x25)
        .dword(AgentLayout.BOX_EVENTS)
        .bytes(0x48, 0xFF, 0xC0, 0x48, 0x89, 0x04, 0x25)
        .dword(flag);
  }

  /** jmp gs:[BOX_IDLE]. */
  Code idle() {
    return bytes(0x65, 0xFF, 0x24, 0x25).dword(AgentLayout.BOX_IDLE);
  }

  /** mov dword [BOX_HALTING of a mailbox], value. */
  Code halting(long mailbox, int value) {
    return bytes(0xC7, 0x04, 0x25).dword(mailbox + AgentLayout.BOX_HALTING).dword(value);
  }

  /**
   * What comes before VMLAUNCH and VMRESUME: the agent's routine, if there is a current VMCS. The
   * VMREAD that finds out is the instruction at {@link #VMREAD_OFFSET}, and faults as they would.
   *
   * @param routine address of the routine
   * @param flag of the block
   */
  Code prepareEntry(long routine, long flag) {
    bytes(0x65, 0x4C, 0x89, 0x3C, 0x25).dword(AgentLayout.BOX_RESULTS); // mov gs:[results], r15
    bytes(0xB8).dword(VmcsField.GUEST_GS_BASE.encoding()); // mov eax, field
    bytes(0x0F, 0x78, 0xC3, 0x76, 0x0C); // vmread rbx, rax; jbe behind what follows
    bytes(0xBF).dword(flag); // mov edi, flag
    return bytes(0xB8).dword(routine).bytes(0xFF, 0xD0); // mov eax, routine; call rax
  }

  /** mov r15, gs:[BOX_RESULTS]: after a failed VM entry. */
  Code resultsAgain() {
    return bytes(0x65, 0x4C, 0x8B, 0x3C, 0x25).dword(AgentLayout.BOX_RESULTS);
  }

  /** Handlers that interrupt user code begin below what it uses of its stack. */
  Code interruptUserBelow() {
    return bytes(0x65, 0x48, 0x8B, 0x04, 0x25) // mov rax, gs:[BOX_STACK]
        .dword(AgentLayout.BOX_STACK)
        .taskStackBelowRax();
  }

  private Code taskStackBelowRax() {
    return bytes(0x48, 0x8D, 0x80) // lea rax, [rax-room]
        .dword(-AgentLayout.USER_ROOM)
        .bytes(0x65, 0x48, 0x89, 0x04, 0x25) // mov gs:[BOX_TASK_STACK], rax
        .dword(AgentLayout.BOX_TASK_STACK);
  }

  /** Everything of the interrupted context but the frame that IRETQ takes. */
  Code restoreContext() {
    return restoreUserContext().bytes(0x48, 0x83, 0xC4, 0x10); // add rsp, 16: vector, error code
  }

  /** Everything of the interrupted context but the frame of a user interrupt. */
  Code restoreUserContext() {
    return bytes(0x65, 0x48, 0x8B, 0x24, 0x25)
        .dword(AgentLayout.BOX_CONTEXT)
        .bytes(0x48, 0x8B, 0x04, 0x24) // mov rax, [rsp]
        .taskStackBelowRax()
        .bytes(0x65, 0x8F, 0x04, 0x25)
        .dword(AgentLayout.BOX_STACK)
        .bytes(0x65, 0x8F, 0x04, 0x25)
        .dword(AgentLayout.BOX_CONTEXT)
        .bytes(0x41, 0x5F, 0x41, 0x5E, 0x41, 0x5D, 0x41, 0x5C) // pop r15 to r12
        .bytes(0x41, 0x5B, 0x41, 0x5A, 0x41, 0x59, 0x41, 0x58) // pop r11 to r8
        .bytes(0x5F, 0x5E, 0x5D, 0x5B, 0x5A, 0x59, 0x58); // pop rdi, rsi, rbp, rbx, rdx, rcx, rax
  }

  /**
   * What the interrupted context had in the registers that a block uses, and what was left of its
   * last instruction; then it is as if it had been interrupted in the idle loop.
   *
   * @param user by a user interrupt
   */
  Code finishInterrupted(long context, byte[] rest, boolean user) {
    bytes(0xBB).dword(context); // mov ebx, context
    bytes(0x4C, 0x8B, 0xBB).dword(AgentLayout.SAVED_R15);
    bytes(0x4C, 0x8B, 0xB3).dword(AgentLayout.SAVED_R14);
    bytes(0x48, 0x8B, 0x93).dword(AgentLayout.SAVED_RDX);
    bytes(0x48, 0x8B, 0x8B).dword(AgentLayout.SAVED_RCX);
    bytes(0x48, 0x8B, 0x83).dword(AgentLayout.SAVED_RAX);
    bytes(0x48, 0x8B, 0x9B).dword(AgentLayout.SAVED_RBX);
    raw(rest);
    bytes(0xB8).dword(context); // mov eax, context
    bytes(0x65, 0x48, 0x8B, 0x0C, 0x25).dword(AgentLayout.BOX_IDLE); // mov rcx, gs:[idle]
    bytes(0x48, 0x89, 0x88).dword(user ? AgentLayout.USER_RIP : AgentLayout.SAVED_RIP);
    bytes(0x48, 0x8B, 0x88).dword(AgentLayout.SAVED_STACK);
    return bytes(0x48, 0x89, 0x88).dword(user ? AgentLayout.USER_RSP : AgentLayout.SAVED_RSP);
  }

  /**
   * Leaves the context of a faulted block without IRET; RFLAGS and privilege go on as they were. An
   * NMI may have come before that: then its context goes on above what the faulted block ran in.
   *
   * @param context where the registers of the faulted block were saved
   */
  Code dropContext(long context, long flag) {
    Code above = new Code().dropContextBelow().loadStack().done(flag).idle();
    bytes(0xBB).dword(context); // mov ebx, context
    bytes(0x65, 0x48, 0x39, 0x1C, 0x25).dword(AgentLayout.BOX_CONTEXT); // cmp gs:[context], rbx
    bytes(0x74, above.size()).raw(above.bytes()); // je
    bytes(0x48, 0x8B, 0x8B).dword(AgentLayout.SAVED_STACK); // mov rcx, [rbx+stack]
    bytes(0x65, 0x48, 0x89, 0x0C, 0x25).dword(AgentLayout.BOX_STACK);
    bytes(0x48, 0x89, 0xC8).taskStackBelowRax(); // mov rax, rcx
    bytes(0x48, 0x8B, 0x93).dword(AgentLayout.SAVED_CONTEXT); // mov rdx, [rbx+context]
    bytes(0x65, 0x48, 0x89, 0x14, 0x25).dword(AgentLayout.BOX_CONTEXT);
    bytes(0x48, 0x8B, 0xB3).dword(AgentLayout.SAVED_CS); // mov rsi, [rbx+cs]
    bytes(0x4C, 0x8B, 0x9B).dword(AgentLayout.SAVED_RFLAGS); // mov r11, [rbx+rflags]
    bytes(0x48, 0x89, 0xCC); // mov rsp, rcx
    bytes(0x65, 0x48, 0x8B, 0x0C, 0x25).dword(AgentLayout.BOX_IDLE); // mov rcx, gs:[idle]
    done(flag);
    bytes(0x40, 0xF6, 0xC6, 0x03, 0x74, 0x03); // test sil, 3; jz behind what follows
    bytes(0x48, 0x0F, 0x07); // sysretq
    return bytes(0x41, 0x53, 0x9D, 0xFF, 0xE1); // push r11; popfq; jmp rcx
  }

  /** What RBX saved is what the innermost context saved. */
  private Code dropContextBelow() {
    bytes(0x65, 0x48, 0x8B, 0x14, 0x25).dword(AgentLayout.BOX_CONTEXT); // mov rdx, gs:[context]
    bytes(0x48, 0x8B, 0x8B).dword(AgentLayout.SAVED_STACK); // mov rcx, [rbx+stack]
    bytes(0x48, 0x89, 0x8A).dword(AgentLayout.SAVED_STACK); // mov [rdx+stack], rcx
    bytes(0x48, 0x89, 0x8A).dword(AgentLayout.SAVED_RSP);
    bytes(0x48, 0x8B, 0x8B).dword(AgentLayout.SAVED_CONTEXT);
    bytes(0x48, 0x89, 0x8A).dword(AgentLayout.SAVED_CONTEXT);
    for (int frame :
        new int[] {AgentLayout.SAVED_RFLAGS, AgentLayout.SAVED_CS, AgentLayout.SAVED_SS}) {
      bytes(0x48, 0x8B, 0x8B).dword(frame);
      bytes(0x48, 0x89, 0x8A).dword(frame);
    }
    return this;
  }
}
