/*
 * 64 KiB below 4 GiB: from the reset vector straight to the agent, without firmware.
 * Registers before the first instruction are kept for the agent to tell.
 */
#include "layout.h"

        .code16
        .text
        .globl  _start
_start:
        .org    0xFF00
begin:
        movw    $0, %ax                 /* MOV leaves the flags alone */
        movw    %ax, %ss
        movw    %ax, %ds
        movw    $BOOT_STATE, %sp
        pushfl
        popl    BOOT_STATE
        movl    %cr0, %eax
        movl    %eax, BOOT_STATE + 4
        movw    %cs, BOOT_STATE + 8
        movw    $0xFFF0, BOOT_STATE + 10
        cli
        cld
        lgdtl   %cs:gdt_pointer
        andl    $0x9FFFFFFF, %eax       /* caches on */
        orl     $1, %eax
        movl    %eax, %cr0
        ljmpl   $8, $0xFFFF0000 + flat
        .code32
flat:
        movl    $16, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    $AGENT_BASE, %eax
        jmp     *%eax

        .balign 8
gdt:
        .quad   0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdt_pointer:
        .word   23
        .long   0xFFFF0000 + gdt

        .org    0xFFF0
        .code16
        jmp     begin
        .org    0x10000
