/*
 * Boot sector of agent.img: loads the agent that follows it with the BIOS, takes the interrupt
 * controllers out of the hands of the firmware, and enters the agent, which then serves COM1.
 * AGENT_SECTORS comes from build.sh.
 */
#include "layout.h"

        .set    CHUNK, 64               /* sectors at a time */
        .set    BUFFER, 0x10000
        .set    LAPIC, 0xFEE00000

        .code16
        .text
        .globl  _start
_start:
        ljmp    $0, $1f
1:      xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $0x7C00, %sp
        cld
        sti
        movb    %dl, drive
        movw    $0x2401, %ax            /* A20: the BIOS, then the fast gate */
        int     $0x15
        inb     $0x92, %al
        orb     $2, %al
        andb    $0xFE, %al
        outb    %al, $0x92
next:
        movw    $packet, %si
        movb    drive, %dl
        movb    $0x42, %ah
        int     $0x13
        jc      failed
        movw    $moves, %si
        movw    $CHUNK * 256, %cx
        movb    $0x87, %ah
        int     $0x15
        jc      failed
        addw    $CHUNK, packet_sector
        addw    $CHUNK * 512, move_to
        adcb    $0, move_to + 2
        cmpw    $AGENT_SECTORS + 1, packet_sector
        jb      next
        cli
        movb    $0xFF, %al              /* no interrupts from the 8259s */
        outb    %al, $0x21
        outb    %al, $0xA1
        lgdtl   gdt_pointer
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmp    $8, $flat
failed:
        movw    $0x0E21, %ax            /* ! */
        xorw    %bx, %bx
        int     $0x10
        hlt
        jmp     failed

        .code32
flat:
        movl    $16, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        xorl    %eax, %eax
        movl    $LINK, %edi
        movl    $1024, %ecx
        rep stosl
        movl    $HEADER, %edi
        movl    $1024, %ecx
        rep stosl
        movb    $2, HEADER + HEADER_IDLE
        movb    $1, HEADER + HEADER_COUNT
        movl    $0x1FF, LAPIC + 0xF0    /* as after a reset: the others wait for a start-up IPI */
        movl    $0xC4500, LAPIC + 0x300
        movl    $LAPIC + 0x320, %edi
1:      movl    $0x10000, (%edi)
        addl    $16, %edi
        cmpl    $LAPIC + 0x370, %edi
        jbe     1b
        movl    %eax, LAPIC + 0x380
        movl    %eax, LAPIC + 0x80
        movl    %eax, LAPIC + 0xD0
        movl    $-1, LAPIC + 0xE0
        movl    $0xFF, LAPIC + 0xF0
        movl    $AGENT_BASE, %eax
        jmp     *%eax

        .balign 4
packet:
        .word   16, CHUNK, 0, BUFFER >> 4
packet_sector:
        .long   1, 0
drive:  .byte   0
        .balign 8
moves:                                  /* descriptors for the BIOS: source and destination */
        .quad   0, 0
        .word   0xFFFF, 0
        .byte   BUFFER >> 16, 0x93, 0, 0
        .word   0xFFFF
move_to:
        .word   0
        .byte   AGENT_BASE >> 16, 0x93, 0, 0
        .quad   0, 0
gdt:
        .quad   0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdt_pointer:
        .word   23
        .long   gdt
        .org    446                     /* partition table: none */
        .org    510
        .word   0xAA55
