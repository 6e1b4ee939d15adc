package io.apictck.target.serial;

import io.apictck.target.agent.AgentLayout;
import java.util.List;

/**
 * What a frame asks for, and where the answer goes. Mailboxes come before the words of blocks: a
 * block whose end is told cannot have ended before events that are not.
 */
final class Question {
  private static final int[] RECORD = {
    AgentLayout.RECORD_VECTOR,
    AgentLayout.RECORD_ERROR,
    AgentLayout.RECORD_RIP,
    AgentLayout.RECORD_RFLAGS,
    AgentLayout.RECORD_CONTEXT
  };

  private final SerialMemory memory;
  private final List<SerialMemory.Mailbox> mailboxes;
  private final List<Watch> watches;
  private final MachineTime time;

  Question(
      SerialMemory memory,
      List<SerialMemory.Mailbox> mailboxes,
      List<Watch> watches,
      MachineTime time) {
    this.memory = memory;
    this.mailboxes = mailboxes;
    this.watches = watches;
    this.time = time;
  }

  byte[] bytes() {
    Operations reads = new Operations();
    for (SerialMemory.Mailbox mailbox : mailboxes) {
      reads.state(mailbox.number(), memory.box(mailbox.number(), AgentLayout.BOX_EVENTS));
    }
    for (Watch watch : watches) {
      reads.read(watch.address(), watch.count());
    }
    MachineClock clock = time.clock();
    if (clock != null) {
      reads.read(clock.counter(), 1);
    }
    return reads.bytes();
  }

  /** Notes what came. */
  void answer(Words words) {
    for (SerialMemory.Mailbox mailbox : mailboxes) {
      state(mailbox.number(), mailbox.cpu(), words);
    }
    for (Watch watch : watches) {
      for (int i = 0; i < watch.count(); i++) {
        watch.set(i, words.next());
      }
    }
    if (time.clock() != null) {
      time.told(words.next());
    }
  }

  private void state(int number, int cpu, Words words) {
    long told = memory.box(number, AgentLayout.BOX_EVENTS);
    memory.note(number, AgentLayout.BOX_BEATS, words.next());
    memory.note(number, AgentLayout.BOX_HALTING, words.next());
    long events = words.next();
    memory.note(number, AgentLayout.BOX_EVENTS, events);
    int more = (int) (events - told) & 0xFF;
    for (int i = 0; i < more; i++) {
      int at =
          AgentLayout.BOX_RECORDS
              + (int) ((told + i) % AgentLayout.RECORDS) * AgentLayout.RECORD_SIZE;
      for (int field : RECORD) {
        memory.note(number, at + field, words.next());
      }
      int vector = (int) memory.box(number, at + AgentLayout.RECORD_VECTOR);
      if (vector >= AgentLayout.STARTED && vector < AgentLayout.GUEST_STARTED) {
        memory.dropBlocks(cpu);
      }
    }
  }
}
