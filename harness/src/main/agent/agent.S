/*
 * The guest agent: brings processors up, tells what happens to them, and goes where it is told to.
 * It touches no interrupt controller, but masks the 8259s as firmware does. See docs/guest-agent.md.
 */
#include "layout.h"

        .text
        .code32
        .globl  _start
/* The bootstrap processor, from the reset vector: flat 32-bit mode, no stack needed. */
_start:
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
        orl     $0x100, %eax
        wrmsr
        movl    $0x80000031, %eax       /* CR0: PG, NE, ET, PE */
        movl    %eax, %cr0
        lgdt    gdt_pointer
        ljmp    $0x18, $start64

        .code64
start64:
        movl    $0x10, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
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
        lidt    idt_pointer
        movq    $poll, %rax
        cmpq    $0, HEADER + HEADER_IDLE
        je      1f
        movq    $yield, %rax
1:      movq    %rax, %gs:BOX_IDLE
        xorl    %eax, %eax
        movq    %rax, %gs:BOX_COMMAND
        movq    %rax, %gs:BOX_CONTEXT
        movq    %rax, %gs:BOX_HALTING   /* and the late NMI */
        xchgb   %al, EARLY_NMI
        movb    %al, %gs:BOX_LATE_NMI
        movq    %rsp, %gs:BOX_STACK
        testl   %r8d, %r8d
        jz      go_idle
        movq    %gs:BOX_EVENTS, %rcx
        movl    %ecx, %edx
        andl    $RECORD_MASK, %edx
        shll    $RECORD_SHIFT, %edx
        movq    %r8, %gs:BOX_RECORDS + RECORD_VECTOR(%rdx)
        movl    %edi, %edi
        movq    %rdi, %gs:BOX_RECORDS + RECORD_ERROR(%rdx)
        movl    %ebp, %ebp
        movq    %rbp, %gs:BOX_RECORDS + RECORD_RIP(%rdx)
        movl    %esi, %esi
        movq    %rsi, %gs:BOX_RECORDS + RECORD_RFLAGS(%rdx)
        incq    %rcx
        movq    %rcx, %gs:BOX_EVENTS
go_idle:
        jmp     *%gs:BOX_IDLE

/* Once a machine: start pages and IDT. */
prepare:
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
        orl     $0x8E00, %edx           /* interrupt gate, present */
        movl    %edx, 4(%rdi)
        movq    $0, 8(%rdi)
        addl    $16, %eax
        addl    $16, %edi
        decl    %ecx
        jnz     2b
        ret

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
 * What is between the blocks. An interrupt here interrupts nothing, or, if a block was just
 * ordered, that block before its first instruction.
 */
        .balign 16
poll:
        pause
        incq    %gs:BOX_BEATS
        cmpl    $0, %gs:BOX_LATE_NMI
        jne     late_nmi
        movq    %gs:BOX_COMMAND, %rax
        testq   %rax, %rax
        jz      poll
        jmp     go
yield:
        outb    %al, $IDLE_PORT
        incq    %gs:BOX_BEATS
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
 * An NMI in the middle of telling another event waits until that is told: back without IRET, so that
 * NMIs stay blocked.
 */
nmi:
        pushq   %rax
        movq    16(%rsp), %rax          /* RIP */
        cmpq    $stubs, %rax
        jb      1f
        cmpq    $entry_end, %rax
        jae     1f
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
        movl    $0, %gs:BOX_HALTING
        movq    SAVED_RIP(%rsp), %rax
        cmpq    $poll, %rax
        jb      3f
        cmpq    $idle_end, %rax
        jae     3f
        movq    %gs:BOX_COMMAND, %rax
        testq   %rax, %rax
        jnz     2f
        movq    %gs:BOX_IDLE, %rax
        jmp     5f
2:      movl    %gs:BOX_NEW_CODE, %ecx  /* as at go */
1:      movq    -8(%rax,%rcx,8), %rdx
        movq    %rdx, -8(%rax,%rcx,8)
        decl    %ecx
        jnz     1b
5:      movq    $0, %gs:BOX_COMMAND
        movq    %rax, SAVED_RIP(%rsp)
3:      movq    %gs:BOX_EVENTS, %rcx
        movl    %ecx, %edx
        andl    $RECORD_MASK, %edx
        shll    $RECORD_SHIFT, %edx
        movq    %rax, %gs:BOX_RECORDS + RECORD_RIP(%rdx)
        movq    SAVED_VECTOR(%rsp), %rbx
        movq    %rbx, %gs:BOX_RECORDS + RECORD_VECTOR(%rdx)
        movq    SAVED_ERROR(%rsp), %rax
        movq    %rax, %gs:BOX_RECORDS + RECORD_ERROR(%rdx)
        movq    SAVED_RFLAGS(%rsp), %rax
        movq    %rax, %gs:BOX_RECORDS + RECORD_RFLAGS(%rdx)
        movq    %rsp, %gs:BOX_RECORDS + RECORD_CONTEXT(%rdx)
        incq    %rcx
        subq    $64, %rsp
        andq    $-16, %rsp
        movq    %rsp, %gs:BOX_STACK
        movq    %rcx, %gs:BOX_EVENTS
        cmpb    $0, HEADER + HEADER_TRAPS(%rbx)
        je      4f
        testl   $0x200, %eax            /* a handler that keeps IF */
        jz      4f
        pushfq
        orl     $0x200, (%rsp)
        popfq
4:      jmp     *%gs:BOX_IDLE

/* From the idle loop: the NMI that had to wait. */
late_nmi:
        movq    %rsp, %rax
        pushq   $0x10
        pushq   %rax
        pushfq
        cli
        pushq   $0x18
        pushq   %gs:BOX_IDLE
        movl    $0, %gs:BOX_LATE_NMI
        pushq   $0
        movl    $NO_ERROR_CODE, 4(%rsp)
        pushq   $2
        jmp     save
entry_end:

        .data
        .balign 8
gdt:
        .quad   0
        .quad   0x00CF9B000000FFFF      /* 08h: 32-bit code */
        .quad   0x00CF93000000FFFF      /* 10h: data */
        .quad   0x00AF9B000000FFFF      /* 18h: 64-bit code */
gdt_end:
gdt_pointer:
        .word   gdt_end - gdt - 1
        .quad   gdt
        .balign 8
idt_pointer:
        .word   4095
        .quad   idt

/* Identity map of the first 4 GiB in 2 MiB pages; the last GiB, where devices are, is uncached. */
        .balign 4096
pml4:
        .quad   pdpt + 7
        .fill   511, 8, 0
pdpt:
        .quad   directories + 7, directories + 0x1007, directories + 0x2007, directories + 0x3007
        .fill   508, 8, 0
directories:
        .set    page, 0
        .rept   1536
        .quad   page + 0x87
        .set    page, page + 0x200000
        .endr
        .rept   512
        .quad   page + 0x9F
        .set    page, page + 0x200000
        .endr
idt:
        .fill   512, 8, 0
