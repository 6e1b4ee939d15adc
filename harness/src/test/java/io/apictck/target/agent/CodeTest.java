package io.apictck.target.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.gnu.Binutils;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link Code} emits against what the GNU assembler makes of its text. */
final class CodeTest {
  private static final int FLAG = 0x70_1230;
  private static final long CONTEXT = 0x60_FF00;
  private static final int RESULTS = 0x70_1238;

  @TempDir private Path folder;

  private static final String TASK_STACK = "{disp32} lea rax, [rax - 0x200]; mov gs:[0x204], rax";

  /** Code, and its text with the numbers of {@link AgentLayout}. */
  private record Form(String name, Code code, String text) {}

  /**
   * What finishInterrupted is, with disp32 even where a byte would do; it stores at two offsets.
   */
  private static String finished(String first, String second) {
    return """
    mov ebx, 0x60FF00
    {disp32} mov r15, [rbx + 0x10]
    {disp32} mov r14, [rbx + 0x18]
    {disp32} mov rdx, [rbx + 0x70]
    {disp32} mov rcx, [rbx + 0x78]
    {disp32} mov rax, [rbx + 0x80]
    {disp32} mov rbx, [rbx + 0x68]
    nop
    mov eax, 0x60FF00
    mov rcx, gs:[0x08]
    {disp32} mov [rax + %s], rcx
    {disp32} mov rcx, [rax + 0x00]
    {disp32} mov [rax + %s], rcx
    """
        .formatted(first, second);
  }

  @Test
  void isAsTheAssemblerHasIt() throws IOException {
    assumeTrue(Binutils.areThere(), Binutils.MISSING);
    Binutils gnu = new Binutils(folder);
    List<Form> forms = forms();
    List<byte[]> expected = gnu.assemble(forms.stream().map(Form::text).toList());
    List<String> different = new ArrayList<>();
    for (int i = 0; i < forms.size(); i++) {
      byte[] code = forms.get(i).code.bytes();
      if (!gnu.same(code, expected.get(i))) {
        different.add(
            "%s is %s, not %s"
                .formatted(forms.get(i).name, gnu.describe(expected.get(i)), gnu.describe(code)));
      }
    }
    assertThat(different).isEmpty();
  }

  @Test
  void restoresWhatTheAgentSaves() {
    // BOX_STACK and BOX_CONTEXT, 15 registers, then vector and error code, then the IRETQ frame
    assertThat(AgentLayout.SAVED_CONTEXT).isEqualTo(AgentLayout.SAVED_STACK + 8);
    assertThat(AgentLayout.SAVED_R15).isEqualTo(AgentLayout.SAVED_CONTEXT + 8);
    assertThat(AgentLayout.SAVED_RAX).isEqualTo(AgentLayout.SAVED_R15 + 14 * 8);
    assertThat(AgentLayout.SAVED_RIP).isEqualTo(AgentLayout.SAVED_RAX + 8 + 16);
  }

  private static List<Form> forms() {
    return List.of(
        new Form("takeCommand", new Code().takeCommand(), "mov qword ptr gs:[0x00], 0"),
        new Form("loadStack", new Code().loadStack(), "mov rsp, gs:[0x18]"),
        new Form("results", new Code().results(RESULTS), "mov r14, rsp; mov r15d, 0x701238"),
        new Form("done", new Code().done(FLAG), done()),
        new Form("idle", new Code().idle(), "jmp qword ptr gs:[0x08]"),
        new Form("halting", new Code().halting(0x401000, 1), "mov dword ptr [0x401028], 1"),
        new Form(
            "prepareEntry",
            new Code().prepareEntry(0x101234, FLAG),
            """
            mov gs:[0x68], r15
            mov eax, 0x6810
            vmread rbx, rax
            jbe 1f
            mov edi, %s
            mov eax, 0x101234
            call rax
            1:\
            """
                .formatted("0x" + Long.toHexString(FLAG))),
        new Form("resultsAgain", new Code().resultsAgain(), "mov r15, gs:[0x68]"),
        new Form(
            "restoreContext",
            new Code().restoreContext(),
            """
            mov rsp, gs:[0x10]
            mov rax, [rsp]
            %s
            pop qword ptr gs:[0x18]
            pop qword ptr gs:[0x10]
            pop r15; pop r14; pop r13; pop r12; pop r11; pop r10; pop r9; pop r8
            pop rdi; pop rsi; pop rbp; pop rbx; pop rdx; pop rcx; pop rax
            add rsp, 16
            """
                .formatted(TASK_STACK)),
        new Form(
            "interruptUserBelow",
            new Code().interruptUserBelow(),
            "mov rax, gs:[0x18]; " + TASK_STACK),
        new Form(
            "finishInterrupted by a user interrupt",
            new Code().finishInterrupted(CONTEXT, new byte[] {(byte) 0x90}, true),
            finished("0x90", "0xA0")),
        new Form(
            "finishInterrupted",
            new Code().finishInterrupted(CONTEXT, new byte[] {(byte) 0x90}, false),
            finished("0x98", "0xB0")),
        new Form(
            "dropContext",
            new Code().dropContext(CONTEXT, FLAG),
            """
            mov ebx, 0x60FF00
            cmp gs:[0x10], rbx
            je 1f
            mov rdx, gs:[0x10]
            {disp32} mov rcx, [rbx + 0x00]
            {disp32} mov [rdx + 0x00], rcx
            {disp32} mov [rdx + 0xB0], rcx
            {disp32} mov rcx, [rbx + 0x08]
            {disp32} mov [rdx + 0x08], rcx
            {disp32} mov rcx, [rbx + 0xA8]
            {disp32} mov [rdx + 0xA8], rcx
            {disp32} mov rcx, [rbx + 0xA0]
            {disp32} mov [rdx + 0xA0], rcx
            {disp32} mov rcx, [rbx + 0xB8]
            {disp32} mov [rdx + 0xB8], rcx
            mov rsp, gs:[0x18]
            mov rax, gs:[0x30]
            inc rax
            mov [0x701230], rax
            jmp qword ptr gs:[0x08]
            1:
            {disp32} mov rcx, [rbx + 0x00]
            mov gs:[0x18], rcx
            mov rax, rcx
            %s
            {disp32} mov rdx, [rbx + 0x08]
            mov gs:[0x10], rdx
            {disp32} mov rsi, [rbx + 0xA0]
            {disp32} mov r11, [rbx + 0xA8]
            mov rsp, rcx
            mov rcx, gs:[0x08]
            %s
            test sil, 3
            jz 2f
            sysretq
            2: push r11; popfq; jmp rcx
            """
                .formatted(TASK_STACK, done())));
  }

  private static String done() {
    return "mov rax, gs:[0x30]; inc rax; mov [0x701230], rax";
  }
}
