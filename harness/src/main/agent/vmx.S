/*
 * VM entries and VM exits: part of the agent's code that tells events, so that NMIs wait until it is done.
 *
 * A guest has a mailbox, a stack and blocks of its own and otherwise runs the agent as a processor
 * does. What it shows through is that one processor serves both: turns of the idle loop, the mark that
 * it may be halted and the number of told events are those of the processor.
 */
        .set    VMCS_ACTIVITY, 0x4826
        .set    VMCS_REASON, 0x4402
        .set    VMCS_INTERRUPTION, 0x4404
        .set    VMCS_LENGTH, 0x440C
        .set    VMCS_QUALIFICATION, 0x6400
        .set    VMCS_RSP, 0x681C
        .set    VMCS_RIP, 0x681E
        .set    VMCS_RFLAGS, 0x6820
        .set    IA32_GS_BASE, 0xC0000101

        .macro  read_vmcs field, register
        movl    $\field, %eax
        vmread  %rax, \register
        .endm
        .macro  write_vmcs register, field
        movl    $\field, %eax
        vmwrite \register, %rax
        .endm

/*
 * Called by a block before VMLAUNCH or VMRESUME. RBX: GS base of the guest to be entered; RDI: the
 * block's flag; R15: where the result goes, as noted in BOX_RESULTS. Marks the block and loads the registers of the guest.
 */
vm_enter:
        leaq    -GUEST_BOXES(%rbx), %rax
        cmpq    $GUEST_COUNT << 12, %rax
        jae     1f
        testl   $0xFFF, %eax
        jz      2f
1:      xorl    %ebx, %ebx              /* a base that a test chose */
2:      movq    %rbx, %gs:BOX_GUEST
        movq    %rbx, (%r15)
        read_vmcs VMCS_ACTIVITY, %rcx
        testl   %ecx, %ecx
        setnz   %al
        movzbl  %al, %eax
        movl    %eax, %gs:BOX_HALTING
        movl    %gs:BOX_EVENTS, %eax
        incl    %eax
        movl    $ENTERING, 4(%rdi)
        movl    %eax, (%rdi)
        testl   %ecx, %ecx
        jz      3f
        call    answer_now
3:      testl   %ebx, %ebx
        jnz     load_registers
        ret

/* The guest will not be active: what waits for an answer would wait for ever if no one else is. */
answer_now:
        cmpl    $0, LINK + LINK_STATE
        je      9f
        movl    %gs:BOX_NUMBER, %ecx
        xorl    %eax, %eax
        lock cmpxchgl %ecx, LINK + LINK_OWNER
        jne     9f
        pushq   %rbx
        xorl    %r9d, %r9d              /* not settled */
        call    answer
        popq    %rbx
        movl    $0, LINK + LINK_OWNER
9:      ret
load_registers:
        movq    BOX_REGISTERS + 0x00(%rbx), %rax
        movq    BOX_REGISTERS + 0x08(%rbx), %rcx
        movq    BOX_REGISTERS + 0x10(%rbx), %rdx
        movq    BOX_REGISTERS + 0x28(%rbx), %rbp
        movq    BOX_REGISTERS + 0x30(%rbx), %rsi
        movq    BOX_REGISTERS + 0x38(%rbx), %rdi
        movq    BOX_REGISTERS + 0x40(%rbx), %r8
        movq    BOX_REGISTERS + 0x48(%rbx), %r9
        movq    BOX_REGISTERS + 0x50(%rbx), %r10
        movq    BOX_REGISTERS + 0x58(%rbx), %r11
        movq    BOX_REGISTERS + 0x60(%rbx), %r12
        movq    BOX_REGISTERS + 0x68(%rbx), %r13
        movq    BOX_REGISTERS + 0x70(%rbx), %r14
        movq    BOX_REGISTERS + 0x78(%rbx), %r15
        movq    BOX_REGISTERS + 0x18(%rbx), %rbx
        ret

/* Host RIP. RSP is the end of the exit stack, GS the mailbox of the processor. */
vm_exit:
        pushq   %rbx
        pushq   %rax
        cld
        movq    %gs:BOX_GUEST, %rbx
        testl   %ebx, %ebx
        jz      1f
        call    store_registers
1:      read_vmcs VMCS_REASON, %r8
        read_vmcs VMCS_RIP, %r9
        read_vmcs VMCS_RFLAGS, %r10
        testl   %r8d, %r8d
        js      tell_exit
        testl   %ebx, %ebx
        jz      tell_exit
        cmpq    $serve_begin, %r9
        jb      tell_exit
        cmpq    $guest_start, %r9       /* entered and left before the first instruction */
        je      tell_exit
        cmpq    $entry_end, %r9
        jae     tell_exit
        cmpw    $30, %r8w
        je      for_port
        cmpw    $40, %r8w
        je      skip_and_resume         /* PAUSE of the idle loop */
        cmpq    $idle_begin, %r9
        jb      2f
        cmpq    $idle_end, %r9
        jb      at_idle
2:      movl    %r8d, %ecx              /* in the middle of serving or telling */
        andl    $0xFFFF, %ecx
        jz      3f
        cmpl    $63, %ecx
        ja      tell_exit
        movabsq $ASYNCHRONOUS, %rax
        btq     %rcx, %rax
        jc      finish
        jmp     tell_exit
3:      read_vmcs VMCS_INTERRUPTION, %rcx
        andl    $0x7FF, %ecx
        cmpl    $0x202, %ecx            /* an NMI */
        je      finish
        jmp     tell_exit
        /* external interrupt, INIT, SIPI, SMI, windows, monitor trap flag, TPR threshold, VMX-preemption timer */
        .set    ASYNCHRONOUS, 1 << 1 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 37 | 1 << 43 | 1 << 52

/* In the idle loop: RIP becomes that of the block that was ordered, or the beginning of the loop. */
at_idle:
        movq    BOX_COMMAND(%rbx), %r9
        testq   %r9, %r9
        jnz     1f
        movq    BOX_IDLE(%rbx), %r9
        jmp     2f
1:      movl    BOX_NEW_CODE(%rbx), %ecx /* as at go */
3:      movq    -8(%r9,%rcx,8), %rdx
        movq    %rdx, -8(%r9,%rcx,8)
        decl    %ecx
        jnz     3b
        movq    $0, BOX_COMMAND(%rbx)
2:      write_vmcs %r9, VMCS_RIP

tell_exit:
        next_record
        movq    $EXITED, %gs:BOX_RECORDS + RECORD_VECTOR(%rdx)
        movl    %r8d, %r8d
        movq    %r8, %gs:BOX_RECORDS + RECORD_ERROR(%rdx)
        movq    %r9, %gs:BOX_RECORDS + RECORD_RIP(%rdx)
        movq    %r10, %gs:BOX_RECORDS + RECORD_RFLAGS(%rdx)
        movq    %rbx, %gs:BOX_RECORDS + RECORD_CONTEXT(%rdx)
        incq    %rcx
        movl    $0, %gs:BOX_HALTING
        incq    %gs:BOX_TOLD
        movq    %gs:BOX_STACK, %rsp
        movq    %rcx, %gs:BOX_EVENTS
        jmp     *%gs:BOX_IDLE

store_registers:
        movq    %rcx, BOX_REGISTERS + 0x08(%rbx)
        movq    %rdx, BOX_REGISTERS + 0x10(%rbx)
        movq    %rbp, BOX_REGISTERS + 0x28(%rbx)
        movq    %rsi, BOX_REGISTERS + 0x30(%rbx)
        movq    %rdi, BOX_REGISTERS + 0x38(%rbx)
        movq    %r8, BOX_REGISTERS + 0x40(%rbx)
        movq    %r9, BOX_REGISTERS + 0x48(%rbx)
        movq    %r10, BOX_REGISTERS + 0x50(%rbx)
        movq    %r11, BOX_REGISTERS + 0x58(%rbx)
        movq    %r12, BOX_REGISTERS + 0x60(%rbx)
        movq    %r13, BOX_REGISTERS + 0x68(%rbx)
        movq    %r14, BOX_REGISTERS + 0x70(%rbx)
        movq    %r15, BOX_REGISTERS + 0x78(%rbx)
        movq    8(%rsp), %rax
        movq    %rax, BOX_REGISTERS + 0x00(%rbx)
        movq    16(%rsp), %rax
        movq    %rax, BOX_REGISTERS + 0x18(%rbx)
        ret

/* The agent's own access to a port, which the test's controls do not let through: it is done here. */
for_port:
        read_vmcs VMCS_QUALIFICATION, %rcx
        movl    %ecx, %edx
        shrl    $16, %edx
        movq    BOX_REGISTERS + 0x00(%rbx), %rax
        testb   $8, %cl
        jnz     1f
        outb    %al, %dx
        jmp     skip_and_resume
1:      inb     %dx, %al
        movq    %rax, BOX_REGISTERS + 0x00(%rbx)
skip_and_resume:
        read_vmcs VMCS_LENGTH, %rcx
        addq    %rcx, %r9
        write_vmcs %r9, VMCS_RIP
        call    load_registers
        vmresume
        hlt                             /* what was entered can be entered again */

/*
 * What the guest was doing in the agent cannot wait until it is entered again: the line would be
 * taken, and an event half told. The host ends it on the guest's stack, with the guest's mailbox,
 * up to the idle loop.
 */
finish:
        movl    %r8d, %gs:BOX_EXIT
        movq    $finished, BOX_IDLE(%rbx)
        movl    $1, BOX_FINISHING(%rbx)
        read_vmcs VMCS_RSP, %rsp
        /* Behind its look at BOX_FINISHING the guest was about to set IF, which is not to be done here: it looks again. */
        cmpq    $restore, %r9
        jb      1f
        cmpq    $idle_begin, %r9
        jae     1f
        cmpq    $restore_pushed, %r9
        movq    $restore, %r9
        jne     2f
        addq    $8, %rsp
        jmp     2f
1:      cmpq    $keep_if, %r9
        jb      2f
        cmpq    $keep_if_end, %r9
        jae     2f
        cmpq    $keep_if_pushed, %r9
        movq    $keep_if, %r9
        jb      2f
        addq    $8, %rsp
2:
        andl    $~0x300, %r10d          /* IF, TF */
        pushq   %r9
        pushq   %r10
        movl    %ebx, %eax
        xorl    %edx, %edx
        movl    $IA32_GS_BASE, %ecx
        wrmsr
        call    load_registers
        popfq
        ret

/* Instead of the idle loop; RBX holds RFLAGS that are to be restored, unless an event was told. */
restore_finishing:
        testl   $0x200, %ebx
        jz      1f
        movl    $2, %gs:BOX_FINISHING
1:      jmp     *%gs:BOX_IDLE

finished:
        pushfq
        popq    %r10
        cmpl    $2, %gs:BOX_FINISHING
        jne     1f
        orl     $0x200, %r10d
1:      movq    %rsp, %rsi
        movl    $IA32_GS_BASE, %ecx
        rdmsr
        movl    %eax, %ebx
        movq    BOX_HOST(%rbx), %rax
        xorl    %edx, %edx
        wrmsr
        leaq    BOX_EXIT_STACK(%rax), %rsp
        movl    $0, BOX_FINISHING(%rbx)
        movq    %gs:BOX_IDLE, %r9
        movq    %r9, BOX_IDLE(%rbx)
        cmpq    $0, BOX_USER(%rbx)      /* the guest itself goes back to its user code */
        je      2f
        movq    $to_user, %r9
        andl    $~0x300, %r10d
2:
        write_vmcs %r9, VMCS_RIP
        write_vmcs %r10, VMCS_RFLAGS
        write_vmcs %rsi, VMCS_RSP
        movl    %gs:BOX_EXIT, %r8d
        jmp     tell_exit
