/*
 * The guest agent: brings processors up, tells what happens to them, and goes where it is told to.
 * It touches no interrupt controller, but masks the 8259s as firmware does. See docs/guest-agent.md.
 */
#include "layout.h"

/* The number of the next record in RCX, and its place in RDX. */
        .macro  next_record
        movq    %gs:BOX_EVENTS, %rcx
        movl    %ecx, %edx
        andl    $RECORD_MASK, %edx
        shll    $RECORD_SHIFT, %edx
        .endm

/* The last of a record of a handler: what it interrupted lies at RSP, its own stack is below that. */
        .macro  record_context
        movq    %rsp, %gs:BOX_RECORDS + RECORD_CONTEXT(%rdx)
        incq    %rcx
        subq    $64, %rsp
        andq    $-16, %rsp
        movq    %rsp, %gs:BOX_STACK
        .endm

        .text
        .code32
        .globl  _start
/* The bootstrap processor, from the reset vector: flat 32-bit mode, no stack needed. */
_start:
        jmp     begin
        .org    0x10                    /* addresses for the harness */
        .quad   pml4, gdt, idt, user_handler, guest_start, vm_exit, vm_enter
begin:
        cli
        cld
        movl    BOOT_STATE, %esi        /* EFLAGS */
        movl    BOOT_STATE + 4, %edi    /* CR0 */
        movl    BOOT_STATE + 8, %ebp    /* IP:CS */
        xorl    %ebx, %ebx              /* not from a start page */
        jmp     long_mode

/* Application processors, from their start page; EBX holds the page's vector plus STARTED. */
start32:
        movw    $0x10, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss

long_mode:
        movl    $0x20, %eax             /* CR4: PAE alone */
        movl    %eax, %cr4
        movl    $pml4, %eax
        movl    %eax, %cr3
        movl    $0xC0000080, %ecx       /* IA32_EFER.LME */
        rdmsr
        orl     $0x101, %eax            /* and SCE */
        wrmsr
        movl    $0x80000031, %eax       /* CR0: PG, NE, ET, PE */
        movl    %eax, %cr0
        lgdt    gdt_pointer
        ljmp    $0x18, $start64

        .code64
start64:
        movl    $0x10, %eax
        movl    %eax, %ss
        xorl    %eax, %eax              /* IRET to user code would take others away */
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %ebx, %r8d
        xorl    %r9d, %r9d              /* processor index */
        testl   %r8d, %r8d
        jnz     ask_id
        movl    $0x1B, %ecx             /* IA32_APIC_BASE, bit 8: bootstrap processor */
        rdmsr
        testl   $0x100, %eax
        jnz     index_known
        movl    $RESTARTED, %r8d        /* another one at the reset vector: it is told */
ask_id:
        movl    $0xB, %eax              /* x2APIC ID, where the leaf exists */
        xorl    %ecx, %ecx
        movl    %eax, %r10d
        xorl    %eax, %eax
        cpuid
        cmpl    %r10d, %eax
        jb      short_id
        movl    $0xB, %eax
        xorl    %ecx, %ecx
        cpuid
        testl   %ebx, %ebx
        jnz     find_index
short_id:
        movl    $1, %eax
        cpuid
        movl    %ebx, %edx
        shrl    $24, %edx
find_index:
        cmpl    %edx, HEADER + HEADER_APIC_IDS(,%r9,4)
        je      index_known
        incl    %r9d
        cmpl    HEADER + HEADER_COUNT, %r9d
        jb      find_index
stranger:                               /* a processor that nobody told of */
        hlt
        jmp     stranger

index_known:
        movl    %r9d, %eax
        incl    %eax
        shll    $STACK_SHIFT, %eax
        leal    STACKS(%rax), %esp
        movl    %r9d, %eax
        shll    $12, %eax
        addl    $MAILBOXES, %eax
        xorl    %edx, %edx
        movl    $0xC0000101, %ecx       /* IA32_GS_BASE */
        wrmsr
        testl   %r8d, %r8d
        jnz     ready
        cmpq    $0, HEADER + HEADER_BOOTED
        movl    $RESTARTED, %r8d
        jne     ready
        movl    %esi, %r12d
        movl    %edi, %r13d
        call    prepare
        movl    %r12d, %esi
        movl    %r13d, %edi
        movq    $1, HEADER + HEADER_BOOTED
        xorl    %r8d, %r8d
ready:
        movl    %r9d, %ebx
        shll    $12, %ebx
        addl    $MAILBOXES, %ebx
        movq    %rbx, %gs:BOX_HOST
        lidt    idt_pointer
        call    prepare_user
        movl    %r9d, %ecx
        incl    %ecx
        movl    %ecx, %gs:BOX_NUMBER
        cmpl    LINK + LINK_OWNER, %ecx
        jne     1f
        movl    $0, LINK + LINK_OWNER   /* INIT came while it served the line */
1:      movq    $poll, %rax
        cmpq    $1, HEADER + HEADER_IDLE
        jb      1f
        movq    $yield, %rax
        je      1f
        movq    $serial, %rax
1:      movq    %rax, %gs:BOX_IDLE
        xorl    %eax, %eax
        movq    %rax, %gs:BOX_COMMAND
        movq    %rax, %gs:BOX_CONTEXT
        movq    %rax, %gs:BOX_HALTING   /* and the late NMI */
        movq    %rax, %gs:BOX_USER
        xchgb   %al, EARLY_NMI
        movb    %al, %gs:BOX_LATE_NMI
        movq    %rsp, %gs:BOX_STACK
        call    prepare_vmx
        testl   %r8d, %r8d
        jz      go_idle
        next_record
        movq    %r8, %gs:BOX_RECORDS + RECORD_VECTOR(%rdx)
        movl    %edi, %edi
        movq    %rdi, %gs:BOX_RECORDS + RECORD_ERROR(%rdx)
        movl    %ebp, %ebp
        movq    %rbp, %gs:BOX_RECORDS + RECORD_RIP(%rdx)
        movl    %esi, %esi
        movq    %rsi, %gs:BOX_RECORDS + RECORD_RFLAGS(%rdx)
        incq    %rcx
        incq    %gs:BOX_TOLD
        movq    %rcx, %gs:BOX_EVENTS
go_idle:
        jmp     *%gs:BOX_IDLE

/*
 * User mode of processor R9D, whose mailbox is RBX: its task-state segment, SYSCALL and SYSRET. Keeps
 * what is to be told of a start.
 */
prepare_user:
        movw    $TASK_SIZE, BOX_TASK_PORTS(%rbx)
        leal    BOX_TASK(%rbx), %eax
        movl    %r9d, %edx
        shll    $4, %edx
        addl    $TASKS, %edx
        movw    $TASK_SIZE - 1, gdt(%rdx)
        movw    %ax, gdt + 2(%rdx)
        movl    %eax, %ecx
        shrl    $16, %ecx
        movb    %cl, gdt + 4(%rdx)
        movw    $0x89, gdt + 5(%rdx)    /* 64-bit, not busy */
        movb    %ch, gdt + 7(%rdx)
        movq    $0, gdt + 8(%rdx)
        ltr     %dx
        movl    $0xC0000081, %ecx       /* IA32_STAR */
        xorl    %eax, %eax
        movl    $USER_SEGMENTS << 16 | KERNEL_CODE, %edx
        wrmsr
        incl    %ecx                    /* IA32_LSTAR */
        movl    $system_call, %eax
        xorl    %edx, %edx
        wrmsr
        movl    $0xC0000084, %ecx       /* IA32_FMASK: IF, TF */
        movl    $0x300, %eax
        wrmsr
        ret

/*
 * Allows VMXON as firmware does, and prepares the mailboxes of the guests of processor R9D, whose own
 * mailbox is RBX. Keeps what is to be told of a start.
 */
prepare_vmx:
        pushq   %rbx
        movl    $1, %eax
        cpuid
        popq    %rbx
        btl     $5, %ecx
        jnc     9f
        movl    $0x3A, %ecx             /* IA32_FEATURE_CONTROL: locked, VMXON outside of SMX */
        rdmsr
        testb   $1, %al
        jnz     1f
        orl     $5, %eax
        wrmsr
1:      movl    %r9d, %ecx
        shll    $GUESTS_SHIFT, %ecx
        movl    $1 << GUESTS_SHIFT, %r11d
2:      movl    %ecx, %r10d
        shll    $12, %r10d
        addl    $GUEST_BOXES, %r10d
        movq    %rbx, BOX_HOST(%r10)
        movq    %gs:BOX_IDLE, %rax
        movq    %rax, BOX_IDLE(%r10)
        movl    %gs:BOX_NUMBER, %eax
        movl    %eax, BOX_NUMBER(%r10)
        xorl    %eax, %eax
        movq    %rax, BOX_COMMAND(%r10)
        movq    %rax, BOX_CONTEXT(%r10)
        movq    %rax, BOX_HALTING(%r10)
        movl    %eax, BOX_FINISHING(%r10)
        movq    %rax, BOX_USER(%r10)
        movw    $TASK_SIZE, BOX_TASK_PORTS(%r10)
        incl    %ecx
        decl    %r11d
        jnz     2b
9:      ret

/* Once a machine: start pages and IDT. */
prepare:
        xorl    %edi, %edi
        xorl    %eax, %eax
        cpuid
        cmpl    $7, %eax
        jb      1f
        movl    $7, %eax
        xorl    %ecx, %ecx
        cpuid
        btl     $5, %edx
        adcl    %edi, %edi
1:      movl    %edi, HEADER + HEADER_USER
        movb    $0xFF, %al
        outb    %al, $0x21
        outb    %al, $0xA1
        movl    $START_PAGES, %edi
        movl    $START_PAGE_COUNT, %edx
1:      movl    $start_page, %esi
        movl    $start_page_end - start_page, %ecx
        movl    %edi, %ebx
        rep movsb
        leal    0x1000(%rbx), %edi
        decl    %edx
        jnz     1b
        movl    $real_mode_nmi, %esi
        movl    $real_mode_nmi_end - real_mode_nmi, %ecx
        movl    $REAL_MODE_NMI, %edi
        rep movsb
        movl    $REAL_MODE_NMI, 2 * 4   /* interrupt vector table of real mode */
        movl    $stubs, %eax
        movl    $idt, %edi
        movl    $256, %ecx
2:      movl    %eax, %edx
        andl    $0xFFFF, %edx
        orl     $0x180000, %edx
        movl    %edx, (%rdi)
        movl    %eax, %edx
        andl    $0xFFFF0000, %edx
        orl     $0xEE00, %edx           /* interrupt gate, present, for user code as well */
        movl    %edx, 4(%rdi)
        movq    $0, 8(%rdi)
        addl    $16, %eax
        addl    $16, %edi
        decl    %ecx
        jnz     2b
        cmpq    $2, HEADER + HEADER_IDLE
        jne     7f
        incl    LINK + LINK_BOOTS
        movw    $0xAA0F, SMI_HANDLER    /* RSM: a system-management interrupt does nothing */
        movl    $MAILBOXES, %esi        /* memory may hold anything */
        movl    $MAILBOX_COUNT + GUEST_COUNT, %edx
        xorl    %eax, %eax
3:      movl    %esi, %edi
        movl    $16, %ecx
        rep stosq
        addl    $0x1000, %esi
        decl    %edx
        jnz     3b
        movl    $scratch_tables, %ebx   /* only what was written is cleared */
        movl    $SCRATCH, %edx
4:      btrq    $6, (%rbx)
        jnc     5f
        movl    %edx, %edi
        movl    $512, %ecx
        rep stosq
        btrq    $6, (%rbx)
5:      addl    $8, %ebx
        addl    $0x1000, %edx
        cmpl    $SCRATCH + 0x400000, %edx
        jb      4b
        movq    %cr3, %rax
        movq    %rax, %cr3
        movl    $0, LINK + LINK_OWNER
        movl    LINK + LINK_RESET, %eax
        movl    %eax, LINK + LINK_STATE
        movl    $0, LINK + LINK_RESET
        movl    $uart_settings, %esi
6:      lodsw                           /* register and value */
        movzbl  %al, %edx
        addl    $UART, %edx
        movb    %ah, %al
        outb    %al, %dx
        cmpl    $uart_settings_end, %esi
        jb      6b
7:      ret

/* Copied to REAL_MODE_NMI: an NMI that was pending when a processor started is told later. */
        .code16
real_mode_nmi:
        movb    $1, %cs:EARLY_NMI
        iretw
real_mode_nmi_end:

/* Copied to each start page; runs in real mode at offset 0 of it. */
        .code16
start_page:
        movw    %cs, %ax                /* MOV leaves the flags alone */
        movw    %ax, %ss
        movw    $0x1000, %sp
        pushfl
        popl    %esi
        movl    %cr0, %edi
        movzwl  %ax, %ebp               /* IP 0, CS */
        movl    %ebp, %ebx
        shrl    $8, %ebx
        addl    $STARTED, %ebx
        cli
        cld
        lgdtl   %cs:start_gdt_pointer - start_page
        movl    %edi, %eax
        andl    $0x9FFFFFFF, %eax
        orl     $1, %eax
        movl    %eax, %cr0
        ljmpl   $8, $start32
start_gdt_pointer:
        .word   gdt_end - gdt - 1
        .long   gdt
start_page_end:

        .code64
/*
 * A user interrupt: the registers are saved as those of other interrupts are, but below the frame of a
 * user interrupt. The kernel tells it, and goes back to the idle loop of user code. An interrupt before
 * the SYSCALL is told first.
 */
user_handler:
        .byte   0xF3, 0x0F, 0x1E, 0xFA  /* ENDBR64 */
        pushq   %rax
        pushq   %rcx
        pushq   %rdx
        pushq   %rbx
        pushq   %rbp
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        syscall
user_told:

/*
 * SYSCALL, with interrupts held back: of a block, which goes on as kernel code; of the handler of user
 * interrupts; of the idle loop. Nothing here is told apart from the block.
 */
system_call:
        cmpq    $user_told, %rcx
        je      tell_user
        cmpq    $idle_begin, %rcx
        jb      1f
        cmpq    $idle_end, %rcx
        jb      user_turn
1:      pushq   %r11
        popfq
leave_user:
        jmp     *%rcx

/* Back to user code. */
to_user:
        xorl    %ecx, %ecx
        xchgq   %rcx, %gs:BOX_USER
        movq    %gs:BOX_USER_FLAGS, %r11
        sysretq

/*
 * The serial line, with interrupts held back; RBX holds RFLAGS of the context. Whoever is idle
 * serves it. A processor that INIT took away in the middle is replaced after STEAL turns.
 */
        .set    STEAL, 20000
        .set    BYTE_POLLS, 500000
        .set    SILENT_POLLS, 20000
serve_begin:
serve:                                  /* as in the idle loop, but for NMIs */
        pushfq
        popq    %rbx
        cli
serving:
        movl    %gs:BOX_NUMBER, %ecx
        xorl    %eax, %eax
        lock cmpxchgl %ecx, LINK + LINK_OWNER
        je      2f
        movl    LINK + LINK_TURN, %edx
        cmpl    %edx, %gs:BOX_LINK_SEEN
        je      1f
        movl    %edx, %gs:BOX_LINK_SEEN
        movl    $0, %gs:BOX_LINK_WAIT
1:      incl    %gs:BOX_LINK_WAIT
        cmpl    $STEAL, %gs:BOX_LINK_WAIT
        jb      served
        movl    $0, %gs:BOX_LINK_WAIT
        lock cmpxchgl %ecx, LINK + LINK_OWNER
        jne     served
2:      cld
        incl    LINK + LINK_TURN
        cmpl    $0, LINK + LINK_STATE
        jne     3f
        call    receive
        jmp     4f
3:      call    settle
4:      movl    $0, LINK + LINK_OWNER
served:
        cmpl    $0, %gs:BOX_LATE_NMI
        jne     late_nmi_with_flags
        jmp     restore

/* What user code cannot do in the idle loop. RCX and R11 are its RIP and RFLAGS. */
user_turn:
        movq    %rcx, %gs:BOX_USER
        movq    %r11, %gs:BOX_USER_FLAGS
        movq    %r11, %rbx
        cmpl    $2, HEADER + HEADER_IDLE
        je      1f
        outb    %al, $IDLE_PORT
        jmp     served
1:      cmpl    $0, LINK + LINK_STATE
        jne     serving
        movl    $UART + 5, %edx
        inb     %dx, %al
        testb   $1, %al
        jnz     serving
        jmp     served

/* One frame, or what is left of one. */
receive:
        movl    $LINK_FRAME, %edi
        movl    $BYTE_POLLS, %r15d
        movl    $-1, %r8d
        call    get
        jc      9f
        cmpb    $FRAME_MAGIC, %al
        jne     8f
        movl    $FRAME_HEAD - 1, %r9d
1:      call    get
        jc      9f
        decl    %r9d
        jnz     1b
        cmpb    $FRAME_VERSION, LINK_FRAME + 1
        jne     8f
        movzwl  LINK_FRAME + 6, %r9d
        movzwl  LINK_FRAME + 4, %r10d
        cmpl    %r9d, %r10d
        ja      8f
        cmpl    $LINK_FRAME_MAX, %r9d
        ja      8f
        leal    LINK_FRAME + FRAME_HEAD(%r9), %r11d
        movl    %r11d, %r12d            /* behind the body */
        addl    $LINK_FRAME + FRAME_HEAD, %r10d
        addl    $4, %r9d                /* checksum */
2:      call    get
        jc      9f
        decl    %r9d
        jnz     2b
        cmpl    $0xDEBB20E3, %r8d       /* what CRC-32 leaves of a sound frame */
        jne     8f
        movl    %r12d, LINK + LINK_END
        movl    %r10d, LINK + LINK_READS
        movzbl  LINK_FRAME + 3, %eax
        shll    $4, %eax
        movl    %eax, LINK + LINK_LIMIT
        movl    $0, LINK + LINK_TURNS
        movl    $0, LINK + LINK_PHASE
        movzbl  LINK_FRAME + 2, %eax
        incl    %eax
        cmpl    %eax, LINK + LINK_LAST
        je      3f                      /* once is enough */
        movl    %eax, LINK + LINK_LAST
        movl    $1, LINK + LINK_STATE   /* what the frame orders may be INIT for this processor */
        call    execute
        cmpl    $0, LINK + LINK_RESET
        je      3f
        call    reset
3:      call    look
        movl    $1, LINK + LINK_STATE
        ret
8:      movl    $SILENT_POLLS, %r15d    /* nonsense: until the line is silent */
7:      movl    $LINK_FRAME, %edi
        call    get
        jnc     7b
9:      ret

/* A byte from the line into AL, (RDI) and the CRC R8D; CF if none came within R15D looks. */
get:
        movl    %r15d, %ecx
        movl    $UART + 5, %edx
1:      incl    LINK + LINK_TURN
        inb     %dx, %al
        testb   $1, %al
        jnz     2f
        decl    %ecx
        jnz     1b
        stc
        ret
2:      movl    $UART, %edx
        inb     %dx, %al
        stosb
        call    crc
        clc
        ret

/* CRC-32, four bits at a time. */
crc:
        xorb    %al, %r8b
        movl    %r8d, %ecx
        andl    $15, %ecx
        shrl    $4, %r8d
        xorl    crc_table(,%rcx,4), %r8d
        movl    %r8d, %ecx
        andl    $15, %ecx
        shrl    $4, %r8d
        xorl    crc_table(,%rcx,4), %r8d
        ret

/* The write operations of the frame. */
execute:
        movl    $LINK_FRAME + FRAME_HEAD, %esi
1:      cmpl    LINK + LINK_READS, %esi
        jae     9f
        lodsb
        cmpb    $OP_AT, %al
        ja      5f
        movl    %eax, %edx
        lodsl
        movl    %eax, %edi
        cmpb    $OP_WRITE, %dl
        je      2f
        cmpb    $OP_CLEAR, %dl
        je      4f
        cmpb    $OP_AT, %dl
        je      8f
        movl    $1, LINK + LINK_RESET
        jmp     1b
2:      xorl    %eax, %eax
        lodsb
        movl    %eax, %ecx
        cmpl    $8, %ecx
        je      3f
        rep movsb
        jmp     1b
3:      lodsq
        movq    %rax, (%rdi)            /* at once */
        jmp     1b
4:      lodsl
        movl    %eax, %ecx
        movl    %eax, %edx
        shrl    $3, %ecx
        xorl    %eax, %eax
        rep stosq
        movl    %edx, %ecx
        andl    $7, %ecx
        rep stosb
        jmp     1b
5:      movl    %eax, %edx
        xorl    %eax, %eax
        lodsb
        movl    %eax, %ecx
        movl    LINK + LINK_CURSOR, %edi
        cmpb    $OP_PUT, %dl
        je      6f
        ja      7f
        xorl    %eax, %eax
        rep stosb
        jmp     8f
6:      rep movsb
        jmp     8f
7:      lodsw
        movq    %rsi, %r10
        movl    %edi, %esi
        subl    %eax, %esi
        rep movsb
        movq    %r10, %rsi
8:      movl    %edi, LINK + LINK_CURSOR
        jmp     1b
9:      ret

/* Remembers how far each processor is. */
look:
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        movl    $MAILBOXES, %esi
1:      cmpl    HEADER + HEADER_COUNT, %ecx
        jae     2f
        addl    BOX_TOLD(%rsi), %edx
        movl    BOX_BEATS(%rsi), %eax
        movl    %eax, LINK + LINK_BEATS(,%rcx,4)
        addl    $0x1000, %esi
        incl    %ecx
        jmp     1b
2:      movl    %edx, LINK + LINK_TOLD
        ret

/*
 * The answer is due when each processor that runs and may not be halted went through its idle loop,
 * and did so again without telling an event; or when the limit is reached.
 */
settle:
        incl    LINK + LINK_TURNS
        movl    LINK + LINK_TURNS, %eax
        movl    $0, %r9d                /* status */
        cmpl    LINK + LINK_LIMIT, %eax
        ja      answer
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        movl    $MAILBOXES, %esi
1:      cmpl    HEADER + HEADER_COUNT, %ecx
        jae     3f
        addl    BOX_TOLD(%rsi), %edx
        movl    BOX_BEATS(%rsi), %eax
        testl   %eax, %eax
        jz      2f
        cmpl    $0, BOX_HALTING(%rsi)
        jne     2f
        subl    LINK + LINK_BEATS(,%rcx,4), %eax
        cmpl    $2, %eax
        jb      9f
2:      addl    $0x1000, %esi
        incl    %ecx
        jmp     1b
3:      cmpl    $0, LINK + LINK_PHASE
        je      4f
        movl    $1, %r9d
        cmpl    LINK + LINK_TOLD, %edx
        je      answer
4:      movl    $1, LINK + LINK_PHASE
        jmp     look
9:      ret

/* Builds the answer and sends it; R9D is its status. */
answer:
        movl    $LINK_ANSWER + ANSWER_HEAD, %edi
        movl    LINK + LINK_READS, %esi
1:      cmpl    LINK + LINK_END, %esi
        jae     send
        lodsb
        cmpb    $OP_STATE, %al
        je      4f
        cmpb    $OP_READ, %al
        jne     send
        lodsl
        movl    %eax, %r11d
        movzbl  (%rsi), %r12d
        incl    %esi
2:      testl   %r12d, %r12d
        jz      1b
        movq    (%r11), %rax
        call    put_word
        addl    $8, %r11d
        decl    %r12d
        jmp     2b
4:      xorl    %eax, %eax
        lodsb
        shll    $12, %eax
        leal    MAILBOXES(%rax), %r11d
        movq    BOX_EVENTS(%r11), %r12
        movq    BOX_BEATS(%r11), %rax
        call    put_word
        movq    BOX_HALTING(%r11), %rax
        call    put_word
        movq    %r12, %rax
        call    put_word
        movzbl  (%rsi), %r13d           /* the first event that is not known */
        incl    %esi
        movzbl  %r12b, %r12d
5:      cmpl    %r13d, %r12d
        je      1b
        movl    %r13d, %r14d
        andl    $RECORD_MASK, %r14d
        shll    $RECORD_SHIFT, %r14d
        leal    BOX_RECORDS(%r11,%r14), %r14d
        movq    RECORD_VECTOR(%r14), %rax
        call    put_word
        movq    RECORD_ERROR(%r14), %rax
        call    put_word
        movq    RECORD_RIP(%r14), %rax
        call    put_word
        movq    RECORD_RFLAGS(%r14), %rax
        call    put_word
        movq    RECORD_CONTEXT(%r14), %rax
        call    put_word
        incb    %r13b
        jmp     5b

/* RAX to (RDI): a byte that tells which of its bytes are not zero, and those. */
put_word:
        movl    %edi, %r10d
        incl    %edi
        xorl    %ecx, %ecx
        xorl    %edx, %edx
1:      testb   %al, %al
        jz      2f
        stosb
        btsl    %ecx, %edx
2:      incl    %ecx
        shrq    $8, %rax
        jnz     1b
        movb    %dl, (%r10)
        ret

send:
        movl    $LINK_ANSWER, %esi
        movb    $ANSWER_MAGIC, (%rsi)
        movb    $FRAME_VERSION, 1(%rsi)
        movb    LINK_FRAME + 2, %al
        movb    %al, 2(%rsi)
        movb    %r9b, 3(%rsi)
        movl    %edi, %eax
        subl    $LINK_ANSWER + ANSWER_HEAD, %eax
        movw    %ax, 4(%rsi)
        movl    $-1, %r8d
        xorl    %r11d, %r11d            /* room in the transmitter */
1:      lodsb
        call    put
        jc      9f
        call    crc
        cmpl    %edi, %esi
        jb      1b
        notl    %r8d
        movl    $4, %r9d
2:      movl    %r8d, %eax
        call    put
        jc      9f
        shrl    $8, %r8d
        decl    %r9d
        jnz     2b
9:      movl    $0, LINK + LINK_STATE
        ret

/* AL to the line; CF if it does not take it. */
put:
        testl   %r11d, %r11d
        jnz     2f
        movb    %al, %r10b
        movl    $BYTE_POLLS, %ecx
        movl    $UART + 5, %edx
1:      incl    LINK + LINK_TURN
        inb     %dx, %al
        testb   $0x20, %al
        jnz     3f
        decl    %ecx
        jnz     1b
        stc
        ret
3:      movl    $16, %r11d
        movb    %r10b, %al
2:      decl    %r11d
        movl    $UART, %edx
        outb    %al, %dx
        clc
        ret

/* The machine's reset. Memory keeps the frame, which is answered afterwards. */
reset:
        movq    $0, HEADER + HEADER_BOOTED
        movl    $0xCF9, %edx
        movb    $2, %al
        outb    %al, %dx
        movb    $6, %al
        outb    %al, %dx
        call    wait
        movb    $0xFE, %al              /* the keyboard controller's way */
        outb    %al, $0x64
wait:
        movl    $1000, %ecx
1:      pause
        decl    %ecx
        jnz     1b
        ret

/* A guest that begins afresh: RSP is that of its first context. */
guest_start:
        pushfq
        popq    %rbx
        cli
        movq    %rsp, %gs:BOX_STACK
        movq    $0, %gs:BOX_CONTEXT
        movq    $0, %gs:BOX_USER
        next_record
        movq    $GUEST_STARTED, %gs:BOX_RECORDS + RECORD_VECTOR(%rdx)
        movq    %gs:BOX_HOST, %rax
        movl    $0, BOX_HALTING(%rax)
        incq    BOX_TOLD(%rax)
        incq    %rcx
        movq    %rcx, %gs:BOX_EVENTS
        jmp     served

/* Unlike STI, POPF holds nothing back: what is pending comes in the idle loop. */
restore:
        cmpl    $0, %gs:BOX_FINISHING
        jne     restore_finishing
        cmpq    $0, %gs:BOX_USER
        jne     to_user
        pushq   %rbx
restore_pushed:
        popfq
/*
 * What is between the blocks. An interrupt here interrupts nothing, or, if a block was just
 * ordered, that block before its first instruction.
 */
idle_begin:
        jmp     *%gs:BOX_IDLE
        .balign 16
poll:
        pause
        movq    %gs:BOX_HOST, %rdx
        incq    BOX_BEATS(%rdx)
        cmpl    $0, %gs:BOX_LATE_NMI
        jne     late_nmi
        movq    %gs:BOX_COMMAND, %rax
        testq   %rax, %rax
        jz      poll
        jmp     go
yield:
        movl    %cs, %eax
        testb   $3, %al
        jz      1f
        syscall
        jmp     2f
1:      outb    %al, $IDLE_PORT
2:      movq    %gs:BOX_HOST, %rdx
        incq    BOX_BEATS(%rdx)
        cmpl    $0, %gs:BOX_LATE_NMI
        jne     late_nmi
        movq    %gs:BOX_COMMAND, %rax
        testq   %rax, %rax
        jz      yield
/*
 * Code that was written from outside is stored once more by the processor: an emulator that translates
 * code would otherwise not notice that there is new code where there was other code before.
 */
go:
        movl    %gs:BOX_NEW_CODE, %ecx
1:      movq    -8(%rax,%rcx,8), %rdx
        movq    %rdx, -8(%rax,%rcx,8)
        decl    %ecx
        jnz     1b
        jmp     *%rax
serial:
        movq    %gs:BOX_HOST, %rdx
        incq    BOX_BEATS(%rdx)
        cmpl    $0, %gs:BOX_LATE_NMI
        jne     late_nmi
        movq    %gs:BOX_COMMAND, %rax
        testq   %rax, %rax
        jnz     1f
        movl    %cs, %eax
        testb   $3, %al
        jnz     3f
        cmpl    $0, LINK + LINK_STATE
        jne     2f
        movl    $UART + 5, %edx         /* line status: a byte is there */
        inb     %dx, %al
        testb   $1, %al
        jz      serial
2:      jmp     serve
3:      syscall
        jmp     serial
1:      jmp     *%rax
idle_end:

/* One stub a vector, 16 bytes apart. */
        .balign 16
stubs:
        .set    vector, 0
        .rept   256
        .balign 16
        pushq   $vector
        .if     vector == 2
        jmp     nmi
        .else
        jmp     entry
        .endif
        .set    vector, vector + 1
        .endr

/*
 * An NMI in the middle of telling another event, or of serving the line, waits until that is done: back without IRET, so that
 * NMIs stay blocked.
 */
nmi:
        pushq   %rax
        movq    16(%rsp), %rax          /* RIP */
        cmpq    $serve_begin, %rax
        jb      1f
        cmpq    $entry_end, %rax
        jae     1f
        cmpq    $idle_begin, %rax
        jb      2f
        cmpq    $stubs, %rax
        jb      1f
2:
        movl    $1, %gs:BOX_LATE_NMI
        pushq   %rbx
        pushq   %rcx
        movq    32 + 16(%rsp), %rbx     /* RFLAGS: RIP is at 32 */
        movq    32 + 24(%rsp), %rcx     /* RSP */
        movq    %rax, -8(%rcx)
        movq    %rbx, -16(%rcx)
        subq    $16, %rcx
        movq    16(%rsp), %rax
        movq    8(%rsp), %rbx
        xchgq   %rcx, (%rsp)
        movq    (%rsp), %rsp
        popfq
        ret
1:      popq    %rax

/* The processor aligned RSP before it pushed the frame: bit 3 tells whether an error code is there. */
entry:
        testb   $8, %spl
        jnz     1f
        pushq   (%rsp)
        movl    $0, 8(%rsp)
        movl    $NO_ERROR_CODE, 12(%rsp)
1:
save:
        pushq   %rax
        pushq   %rcx
        pushq   %rdx
        pushq   %rbx
        pushq   %rbp
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        pushq   %gs:BOX_CONTEXT
        pushq   %gs:BOX_STACK
        movq    %rsp, %gs:BOX_CONTEXT
        cld
        movq    %gs:BOX_HOST, %rax
        movl    $0, BOX_HALTING(%rax)
        movq    SAVED_RIP(%rsp), %rax
        cmpq    $serve_begin, %rax
        jb      3f
        cmpq    $serving, %rax
        jb      7f
        cmpq    $idle_begin, %rax
        jb      3f
        cmpq    $idle_end, %rax
        jae     3f
7:      call    what_next
        movq    %rax, SAVED_RIP(%rsp)
        jmp     6f
3:      cmpq    $leave_user, %rax
        jne     6f
        movq    SAVED_RCX(%rsp), %rax
        movq    %rax, SAVED_RIP(%rsp)
6:      next_record
        movq    %rax, %gs:BOX_RECORDS + RECORD_RIP(%rdx)
        movq    SAVED_VECTOR(%rsp), %rbx
        movq    %rbx, %gs:BOX_RECORDS + RECORD_VECTOR(%rdx)
        movq    SAVED_ERROR(%rsp), %rax
        movq    %rax, %gs:BOX_RECORDS + RECORD_ERROR(%rdx)
        movq    SAVED_RFLAGS(%rsp), %rax
        movq    %rax, %gs:BOX_RECORDS + RECORD_RFLAGS(%rdx)
        record_context
        movq    %gs:BOX_HOST, %rdx
        incq    BOX_TOLD(%rdx)
        movq    %rcx, %gs:BOX_EVENTS
        cmpb    $0, HEADER + HEADER_TRAPS(%rbx)
        je      4f
        testl   $0x200, %eax            /* a handler that keeps IF */
        jz      4f
        movl    %eax, %ebx
keep_if:
        cmpl    $0, %gs:BOX_FINISHING
        jne     restore_finishing
        pushfq
keep_if_pushed:
        orl     $0x200, (%rsp)
        popfq
keep_if_end:
4:      jmp     *%gs:BOX_IDLE

/* What an interrupt of the idle loop interrupts: the block that was just ordered, or nothing; RAX is where it goes on. */
what_next:
        movq    %gs:BOX_COMMAND, %rax
        testq   %rax, %rax
        jnz     2f
        movq    %gs:BOX_HOST, %rdx      /* that of a guest may be another one for now */
        movq    BOX_IDLE(%rdx), %rax
        jmp     3f
2:      movl    %gs:BOX_NEW_CODE, %ecx  /* as at go */
1:      movq    -8(%rax,%rcx,8), %rdx
        movq    %rdx, -8(%rax,%rcx,8)
        decl    %ecx
        jnz     1b
3:      movq    $0, %gs:BOX_COMMAND
        ret

/* Of the handler of user interrupts. */
tell_user:
        pushq   %gs:BOX_CONTEXT
        pushq   %gs:BOX_STACK
        movq    %rsp, %gs:BOX_CONTEXT
        cld
        movq    %gs:BOX_HOST, %rax
        movl    $0, BOX_HALTING(%rax)
        movq    USER_RIP(%rsp), %rax
        cmpq    $idle_begin, %rax
        jb      1f
        cmpq    $idle_end, %rax
        jae     1f
        call    what_next
        movq    %rax, USER_RIP(%rsp)
1:      next_record
        movq    %rax, %gs:BOX_RECORDS + RECORD_RIP(%rdx)
        movq    USER_VECTOR(%rsp), %rax
        addl    $USER_TAKEN, %eax
        movq    %rax, %gs:BOX_RECORDS + RECORD_VECTOR(%rdx)
        leaq    USER_VECTOR(%rsp), %rax
        movq    %rax, %gs:BOX_RECORDS + RECORD_ERROR(%rdx)
        movq    USER_RFLAGS(%rsp), %rax
        movq    %rax, %gs:BOX_RECORDS + RECORD_RFLAGS(%rdx)
        record_context
        leaq    -USER_ROOM(%rsp), %rax
        movq    %rax, %gs:BOX_TASK_STACK
        movq    %gs:BOX_HOST, %rdx
        incq    BOX_TOLD(%rdx)
        movq    %rcx, %gs:BOX_EVENTS
        movq    %gs:BOX_HOST, %rdx
        movq    BOX_IDLE(%rdx), %rax
        movq    %rax, %gs:BOX_USER
        movq    %r11, %gs:BOX_USER_FLAGS
        movq    %r11, %rbx
        jmp     served

/* From the serial line, with RFLAGS of the context in RBX. */
late_nmi_with_flags:
        cmpq    $0, %gs:BOX_USER
        jne     late_nmi_of_user
        movq    %rsp, %rax
        pushq   $0x10
        pushq   %rax
        pushq   %rbx
        jmp     1f
/* From the idle loop: the NMI that had to wait. */
late_nmi:
        movq    %rsp, %rax
        pushq   $0x10
        pushq   %rax
        pushfq
        cli
1:      pushq   $0x18
        movq    %gs:BOX_HOST, %rax
        pushq   BOX_IDLE(%rax)
        movl    $0, %gs:BOX_LATE_NMI
tell_late_nmi:
        pushq   $0
        movl    $NO_ERROR_CODE, 4(%rsp)
        pushq   $2
        jmp     save
/* It interrupted user code. */
late_nmi_of_user:
        movq    %rsp, %rax
        pushq   $USER_DATA
        pushq   %rax
        pushq   %rbx
        pushq   $USER_CODE
        pushq   %gs:BOX_USER
        xorl    %eax, %eax
        movq    %rax, %gs:BOX_USER
        movl    %eax, %gs:BOX_LATE_NMI
        jmp     tell_late_nmi
#include "vmx.S"
entry_end:

        .data
/* 115200 baud, 8 data bits, no parity, FIFOs empty and on, no interrupts. */
uart_settings:
        .byte   1, 0, 3, 0x80, 0, 1, 1, 0, 3, 3, 2, 7, 4, 3
uart_settings_end:
        .balign 4
crc_table:
        .long   0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC
        .long   0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C
        .long   0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C
        .long   0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C
        .balign 8
gdt:
        .quad   0
        .quad   0x00CF9B000000FFFF      /* 08h: 32-bit code */
        .quad   0x00CF93000000FFFF      /* 10h: data */
        .quad   0x00AF9B000000FFFF      /* 18h: 64-bit code */
        .quad   0x00CF93000000FFFF      /* 20h: data */
        .quad   0x00CFF3000000FFFF      /* 28h: data of user code */
        .quad   0x00AFFB000000FFFF      /* 30h: user code */
        .quad   0
        .fill   2 * MAILBOX_COUNT, 8, 0 /* 40h: task-state segments */
gdt_end:
gdt_pointer:
        .word   gdt_end - gdt - 1
        .quad   gdt
        .balign 8
idt_pointer:
        .word   4095
        .quad   idt
/*
 * Identity map of the first 4 GiB in 2 MiB pages; the last GiB, where devices are, is uncached. The
 * memory of tests is in 4 KiB pages, marked as written, so that a reset finds out what to clear.
 */
        .balign 4096
pml4:
        .quad   pdpt + 7
        .fill   511, 8, 0
pdpt:
        .quad   directories + 7, directories + 0x1007, directories + 0x2007, directories + 0x3007
        .fill   508, 8, 0
directories:
        .set    page, 0
        .rept   4
        .quad   page + 0x87
        .set    page, page + 0x200000
        .endr
        .quad   scratch_tables + 7, scratch_tables + 0x1007
        .set    page, page + 0x400000
        .rept   1530
        .quad   page + 0x87
        .set    page, page + 0x200000
        .endr
        .rept   512
        .quad   page + 0x9F
        .set    page, page + 0x200000
        .endr
scratch_tables:
        .set    page, SCRATCH
        .rept   1024
        .quad   page + 0x47
        .set    page, page + 0x1000
        .endr
idt:
        .fill   512, 8, 0
