/*
 * Where things lie in guest-physical memory, and how a mailbox is laid out.
 * The same numbers stand in AgentLayout.java; AgentLayoutTest compares them.
 */
#define START_PAGES      0x8000      /* start-up IPI vectors 08h to 0Bh */
#define START_PAGE_COUNT 4
#define BOOT_STATE       0x7F00      /* registers of the bootstrap processor before its first instruction */
#define EARLY_NMI        0x7F10      /* not 0: an NMI came in real mode */
#define REAL_MODE_NMI    0x7F20      /* its handler */
#define AGENT_BASE       0x100000
#define HEADER           0x400000    /* one page for all processors */
#define MAILBOXES        0x401000    /* one page a processor */
#define MAILBOX_COUNT    16
#define GUEST_BOXES      0x411000    /* mailboxes of guests, behind those of all processors */
#define GUEST_COUNT      64
#define GUESTS_SHIFT     2           /* four guests a processor */
#define STACKS           0x600000    /* 64 KiB a processor */
#define STACK_SHIFT      16
#define SCRATCH          0x800000    /* memory of tests, 4 MiB */
#define GUESTS           0xC00000    /* 64 KiB a guest: its stack and its blocks */
#define GUEST_STACK      0x4000      /* bytes of its stack */

/* HEADER */
#define HEADER_IDLE      0x000       /* 0: poll; 1: tell the monitor by an OUT to IDLE_PORT at each turn;
                                        2: poll and serve the serial line */
#define HEADER_BOOTED    0x008       /* set by the agent once the machine is up */
#define HEADER_USER      0x018       /* not 0: the processors have user interrupts */
#define HEADER_COUNT     0x010       /* how many processors there are */
#define HEADER_APIC_IDS  0x100       /* 32-bit APIC ID of each processor */
#define HEADER_TRAPS     0x800       /* a byte a vector: 1 if its handler keeps IF */

/* Mailbox of a processor or of a guest; GS points to it */
#define BOX_COMMAND      0x00        /* where to go next; 0: nowhere */
#define BOX_IDLE         0x08        /* address of the idle loop */
#define BOX_CONTEXT      0x10        /* saved registers of what the innermost handler interrupted; 0: none */
#define BOX_STACK        0x18        /* RSP of blocks in the current context */
#define BOX_BEATS        0x20        /* turns of the idle loop */
#define BOX_HALTING      0x28        /* 1 while the processor may be halted */
#define BOX_LATE_NMI     0x2C        /* an NMI that came while another event was being told */
#define BOX_EVENTS       0x30        /* how many events were told */
#define BOX_NEW_CODE     0x38        /* how many 64-bit words the command's code has, at least 1 */
#define BOX_HOST         0x40        /* mailbox of the processor; in that of a guest, of its host */
#define BOX_LINK_SEEN    0x48        /* LINK_TURN when this processor last found the line taken */
#define BOX_LINK_WAIT    0x4C        /* for how many turns it did not change since */
#define BOX_NUMBER       0x50        /* index of the processor, plus one */
#define BOX_FINISHING    0x54        /* of a guest: 1 while its host ends for it what a VM exit interrupted; 2: with IF = 1 */
#define BOX_TOLD         0x58        /* of a processor: how many events it and its guests told */
#define BOX_GUEST        0x60        /* of a processor: mailbox of the guest that was entered last; 0: none */
#define BOX_RESULTS      0x68        /* of a processor: where the results of its VMLAUNCH or VMRESUME go */
#define BOX_EXIT         0x70        /* of a processor: reason of a VM exit */
#define BOX_USER         0x78        /* where user code goes on that let the kernel do a turn of the idle loop; 0: it did not */
#define BOX_USER_FLAGS   0x80        /* and with which RFLAGS */
#define BOX_REGISTERS    0x100       /* of a guest: its general-purpose registers in the order of their numbers */
#define BOX_TASK         0x200       /* task-state segment */
#define BOX_TASK_STACK   0x204       /* in it: RSP of handlers that interrupt user code */
#define BOX_TASK_PORTS   0x266       /* in it: where the ports begin that user code may use; there are none */
#define TASK_SIZE        0x68
#define USER_ROOM        0x200       /* what user code may use of its stack below BOX_STACK */
#define BOX_EXIT_STACK   0x700       /* of a processor: end of the stack that VM exits begin with */
#define BOX_RECORDS      0x800       /* the last 32 of them, 64 bytes each */
#define RECORD_SHIFT     6
#define RECORD_MASK      31

/* Event record */
#define RECORD_VECTOR    0x00        /* or one of the two below */
#define RECORD_ERROR     0x08        /* address of the frame at a user interrupt; error code, or NO_ERROR_CODE in the upper half; CR0 at a start; exit reason */
#define RECORD_RIP       0x10        /* saved RIP; CS:IP at a start; guest RIP at a VM exit */
#define RECORD_RFLAGS    0x18
#define RECORD_CONTEXT   0x20        /* address of the saved registers; at a VM exit the guest's mailbox */
#define NO_ERROR_CODE    1
#define STARTED          0x100       /* plus the start page's vector */
#define RESTARTED        0x200       /* the bootstrap processor came out of INIT */
#define GUEST_STARTED    0x300       /* a guest began afresh */
#define EXITED           0x400       /* a VM exit, or a VM entry that failed while it loaded guest state */
#define USER_TAKEN       0x500       /* plus the vector of a user interrupt */
#define ENTERING         0x80000000  /* upper half of a block's flag: VMLAUNCH or VMRESUME is executed */

/* Saved registers, from BOX_CONTEXT upwards */
#define SAVED_STACK      0x00        /* BOX_STACK before */
#define SAVED_CONTEXT    0x08        /* BOX_CONTEXT before */
#define SAVED_R15        0x10
#define SAVED_R14        0x18
#define SAVED_RBX        0x68
#define SAVED_RDX        0x70
#define SAVED_RCX        0x78
#define SAVED_RAX        0x80
#define SAVED_VECTOR     0x88
#define SAVED_ERROR      0x90
#define SAVED_RIP        0x98
#define SAVED_CS         0xA0
#define SAVED_RFLAGS     0xA8
#define SAVED_RSP        0xB0
#define SAVED_SS         0xB8
/* the same for a user interrupt, from its vector on */
#define USER_VECTOR      0x88
#define USER_RIP         0x90
#define USER_RFLAGS      0x98
#define USER_RSP         0xA0

/* Segments */
#define KERNEL_CODE      0x18        /* SYSCALL: data segment behind it */
#define USER_SEGMENTS    0x20        /* SYSRET: data segment and code segment behind it */
#define USER_DATA        0x2B
#define USER_CODE        0x33
#define TASKS            0x40        /* one of 16 bytes a processor */

#define IDLE_PORT        0xE0

#define SMI_HANDLER      0x38000     /* where a processor that was reset enters system-management mode */

/* The serial line, for all processors */
#define LINK             0x3F0000
#define LINK_OWNER       0x00        /* number of the processor that serves it now; 0: none */
#define LINK_TURN        0x04        /* moves on while that processor gets on */
#define LINK_STATE       0x08        /* 0: waits for a frame; 1: an answer is to be sent */
#define LINK_LAST        0x0C        /* sequence number of the last frame, plus one */
#define LINK_READS       0x10        /* address of its read operations */
#define LINK_END         0x14        /* address behind its body */
#define LINK_PHASE       0x18        /* 1: all went through the idle loop once since it was executed */
#define LINK_TURNS       0x1C        /* turns of the idle loop since then */
#define LINK_LIMIT       0x20        /* after so many the answer is sent anyway */
#define LINK_TOLD        0x24        /* events told by all when the phase began */
#define LINK_RESET       0x28        /* 1: the machine is being reset, which the answer tells */
#define LINK_BOOTS       0x2C        /* how often the agent booted */
#define LINK_CURSOR      0x30        /* where OP_ZERO, OP_PUT and OP_BACK go on */
#define LINK_BEATS       0x80        /* BOX_BEATS of each processor when the phase began, 32 bits */
#define LINK_FRAME       0x3F1000    /* the last frame */
#define LINK_FRAME_MAX   0x6000      /* bytes of its body */
#define LINK_ANSWER      0x3F8000    /* the last answer */

#define UART             0x3F8
#define FRAME_MAGIC      0xA5
#define ANSWER_MAGIC     0x5A
#define FRAME_VERSION    1
#define FRAME_HEAD       8           /* magic, version, sequence, limit, length of writes, length of body */
#define ANSWER_HEAD      6           /* magic, version, sequence, status, length of body */
#define OP_WRITE         1
#define OP_CLEAR         2
#define OP_RESET         4
#define OP_AT            5
#define OP_ZERO          6
#define OP_PUT           7
#define OP_BACK          8
#define OP_READ          16
#define OP_STATE         17
