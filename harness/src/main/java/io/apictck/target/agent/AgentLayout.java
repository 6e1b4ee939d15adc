package io.apictck.target.agent;

import io.apictck.arch.PagingEntry;
import io.apictck.platform.GuestState;
import java.util.List;

/**
 * Where things lie in guest-physical memory, and how the mailbox of a processor is laid out; the
 * guest agent has the same numbers in {@code layout.h}.
 */
public final class AgentLayout {
  /** Vectors of start-up IPIs that start a processor in the agent. */
  public static final List<Integer> START_VECTORS = List.of(0x08, 0x09, 0x0A, 0x0B);

  /** Where the agent is loaded. */
  public static final long AGENT_BASE = 0x10_0000;

  /** A page for all processors. */
  public static final long HEADER = 0x40_0000;

  /** One page a processor. */
  public static final long MAILBOXES = 0x40_1000;

  /** Where blocks of machine code and their results are; {@link #CODE_SIZE} a processor. */
  public static final long CODE = 0x70_0000;

  /** Bytes of {@link #CODE} for each processor. */
  public static final int CODE_SIZE = 0x1_0000;

  /** Memory that belongs to tests. */
  public static final long SCRATCH = 0x80_0000;

  /** Size of {@link #SCRATCH} in bytes. */
  public static final long SCRATCH_SIZE = 0x40_0000;

  /** One page a guest: its mailbox; {@link io.apictck.platform.GuestState#GUESTS} a processor. */
  public static final long GUEST_BOXES = 0x41_1000;

  /** 64 KiB a guest: its stack, and then its blocks. */
  public static final long GUESTS = 0xC0_0000;

  /** Bytes of a guest's stack. */
  static final int GUEST_STACK = 0x4000;

  /** Bytes of a guest's stack and blocks together. */
  public static final int GUEST_SIZE = 0x1_0000;

  /** How many guests all processors have together. */
  public static final int GUEST_COUNT = 64;

  /** How much memory the machine needs. */
  public static final long RAM_SIZE = 0x100_0000;

  /** Where the 64 KiB with the reset vector lie. */
  public static final long ROM_BASE = 0xFFFF_0000L;

  /** How many processors the agent can have. */
  public static final int MAX_PROCESSORS = 16;

  /** Port that an idle processor writes to, if {@link #HEADER_IDLE} says so. */
  public static final int IDLE_PORT = 0xE0;

  /** Where a processor that was reset enters system-management mode. */
  static final long SMI_HANDLER = 0x3_8000;

  /** In the header: which loop idle processors run. */
  public static final int HEADER_IDLE = 0x000;

  /** In the header: 1 once the agent is up. */
  public static final int HEADER_BOOTED = 0x008;

  /** In the header: not 0 if the processors have user interrupts. */
  public static final int HEADER_USER = 0x018;

  /** In the header: how many processors there are. */
  public static final int HEADER_COUNT = 0x010;

  /** In the header: APIC ID of each processor, 32 bits. */
  public static final int HEADER_APIC_IDS = 0x100;

  /** In the header: a byte a vector, 1 if its handler keeps IF. */
  public static final int HEADER_TRAPS = 0x800;

  static final int BOX_COMMAND = 0x00;
  static final int BOX_IDLE = 0x08;
  static final int BOX_CONTEXT = 0x10;
  static final int BOX_STACK = 0x18;
  static final int BOX_NEW_CODE = 0x38;

  /** In a mailbox: turns of the idle loop. */
  public static final int BOX_BEATS = 0x20;

  /** In a mailbox: 1 while the processor may be halted. */
  public static final int BOX_HALTING = 0x28;

  static final int BOX_RESULTS = 0x68;

  static final int BOX_USER = 0x78;
  static final int BOX_USER_FLAGS = 0x80;

  /** In a mailbox: the task-state segment. */
  static final int BOX_TASK = 0x200;

  static final int BOX_TASK_STACK = 0x204;
  static final int TASK_SIZE = 0x68;

  /** In a mailbox: end of the stack that VM exits begin with. */
  static final int BOX_EXIT_STACK = 0x700;

  /** In a mailbox: how many events were told. */
  public static final int BOX_EVENTS = 0x30;

  /** In a mailbox: the last {@link #RECORDS} events. */
  public static final int BOX_RECORDS = 0x800;

  /** How many events a mailbox holds. */
  public static final int RECORDS = 32;

  /** Bytes of an event. */
  public static final int RECORD_SIZE = 64;

  /** In an event: its vector, or what else it is. */
  public static final int RECORD_VECTOR = 0x00;

  /** In an event: error code. */
  public static final int RECORD_ERROR = 0x08;

  /** In an event: where the processor was. */
  public static final int RECORD_RIP = 0x10;

  /** In an event: RFLAGS. */
  public static final int RECORD_RFLAGS = 0x18;

  /** In an event: address of the saved registers. */
  public static final int RECORD_CONTEXT = 0x20;

  /** Vector of an event that is a start, plus the start page's vector. */
  public static final int STARTED = 0x100;

  static final int NO_ERROR_CODE = 1;

  static final int RESTARTED = 0x200;

  /** Vector of an event that is a fresh start of a guest. */
  public static final int GUEST_STARTED = 0x300;

  /** Vector of an event that is a VM exit or a failed VM entry. */
  public static final int EXITED = 0x400;

  /** Vector of an event that is a user interrupt, plus its user vector. */
  public static final int USER_TAKEN = 0x500;

  static final int SAVED_STACK = 0x00;
  static final int SAVED_CONTEXT = 0x08;
  static final int SAVED_R15 = 0x10;
  static final int SAVED_R14 = 0x18;
  static final int SAVED_RBX = 0x68;
  static final int SAVED_RDX = 0x70;
  static final int SAVED_RCX = 0x78;
  static final int SAVED_RAX = 0x80;
  static final int SAVED_RIP = 0x98;
  static final int SAVED_RFLAGS = 0xA8;
  static final int SAVED_CS = 0xA0;
  static final int SAVED_RSP = 0xB0;
  static final int SAVED_SS = 0xB8;
  static final int USER_VECTOR = 0x88;
  static final int USER_RIP = 0x90;
  static final int USER_RFLAGS = 0x98;
  static final int USER_RSP = 0xA0;

  /** Selector of the task-state segment of processor 0; those of others are 16 bytes apart. */
  static final int TASKS = 0x40;

  /** What user code may use of its stack below {@link #BOX_STACK}. */
  static final int USER_ROOM = 0x200;

  private AgentLayout() {}

  /** Address of a processor's mailbox. */
  public static long mailbox(int cpu) {
    return MAILBOXES + (long) cpu * PagingEntry.PAGE;
  }

  /** Address of the mailbox of a guest of a processor. */
  public static long mailbox(int cpu, int guest) {
    return GUEST_BOXES + number(cpu, guest) * PagingEntry.PAGE;
  }

  /** Where the stack of a guest of a processor begins; its end comes {@link #GUEST_STACK} later. */
  static long guestMemory(int cpu, int guest) {
    return GUESTS + number(cpu, guest) * GUEST_SIZE;
  }

  private static long number(int cpu, int guest) {
    return (long) cpu * GuestState.GUESTS + guest;
  }
}
