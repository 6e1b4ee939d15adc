package io.apictck.target.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.platform.Instruction;
import java.util.List;

/** What a processor with the agent leaves in memory; the test says what happens to it. */
final class FakeGuest {
  /** An agent that is nowhere. */
  static final AgentSymbols SYMBOLS = AgentSymbols.of(new byte[0x100]);

  /** Where the registers of every context are said to be. */
  static final long CONTEXT = 0x60_FE00;

  static final long RFLAGS = 0x202;
  static final long NO_ERROR_CODE = (long) AgentLayout.NO_ERROR_CODE << 32;

  private final ByteMemory memory;
  private final int cpu;
  private final long mailbox;

  FakeGuest(ByteMemory memory, int cpu) {
    this(memory, cpu, AgentLayout.mailbox(cpu));
  }

  private FakeGuest(ByteMemory memory, int cpu, long mailbox) {
    this.memory = memory;
    this.cpu = cpu;
    this.mailbox = mailbox;
  }

  /** A guest of the processor. */
  FakeGuest guest(int number) {
    return new FakeGuest(memory, cpu, AgentLayout.mailbox(cpu, number));
  }

  /** It is about to execute VMLAUNCH or VMRESUME. */
  void isEntering(FakeGuest guest, long code, int values) {
    long flag = flag(code, values);
    memory.write64(flag + (long) values * Long.BYTES, guest.mailbox);
    memory.write64(flag, Long.MIN_VALUE + told() + 1);
  }

  /** A VM exit of a guest. */
  void hasExit(FakeGuest guest, int reason, long rip) {
    tells(AgentLayout.EXITED, reason, rip, RFLAGS);
    memory.write64(lastRecord() + AgentLayout.RECORD_CONTEXT, guest.mailbox);
  }

  /** It began afresh. */
  void startsAfresh() {
    tells(AgentLayout.GUEST_STARTED, 0, 0, 0);
  }

  private long lastRecord() {
    return mailbox
        + AgentLayout.BOX_RECORDS
        + (told() - 1) % AgentLayout.RECORDS * AgentLayout.RECORD_SIZE;
  }

  /** A processor. */
  static Side side(int cpu) {
    return Side.processor(cpu, SYMBOLS, true);
  }

  /** What it is told of VM exits must not happen. */
  static AgentCpu cpu(int cpu, GuestMemory memory) {
    return new AgentCpu(
        side(cpu),
        memory,
        (reason, rip, mailbox, events) -> {
          throw new AssertionError("no VM exit was to be expected");
        });
  }

  /** Takes the command; gives where its code is. */
  long takes() {
    long command = memory.read64(mailbox + AgentLayout.BOX_COMMAND);
    assertThat(command).as("a command").isNotZero();
    memory.write64(mailbox + AgentLayout.BOX_COMMAND, 0);
    return command;
  }

  /** How many 64-bit words the agent stores again before it goes to the command. */
  long wordsOfCode() {
    return memory.read64(mailbox + AgentLayout.BOX_NEW_CODE);
  }

  boolean hasCommand() {
    return memory.read64(mailbox + AgentLayout.BOX_COMMAND) != 0;
  }

  /** The code that it took is through. */
  void ends(long code, long... values) {
    long flag = flag(code, values.length);
    for (int i = 0; i < values.length; i++) {
      memory.write64(flag + (1L + i) * Long.BYTES, values[i]);
    }
    memory.write64(flag, told() + 1);
  }

  /** Where the flag of code is that has so many results. */
  static long flag(long code, int values) {
    return code - (1L + values) * Long.BYTES;
  }

  /** Interrupts, and exceptions without an error code. */
  void isInterrupted(int vector, long rip) {
    tells(vector, NO_ERROR_CODE, rip, RFLAGS);
  }

  /** Exceptions with an error code. */
  void fails(int vector, int errorCode, long rip) {
    tells(vector, errorCode, rip, RFLAGS);
  }

  /** Appends an event record. */
  void tells(int vector, long error, long rip, long rflags) {
    long number = told();
    long record =
        mailbox + AgentLayout.BOX_RECORDS + number % AgentLayout.RECORDS * AgentLayout.RECORD_SIZE;
    memory.write64(record + AgentLayout.RECORD_VECTOR, vector);
    memory.write64(record + AgentLayout.RECORD_ERROR, error);
    memory.write64(record + AgentLayout.RECORD_RIP, rip);
    memory.write64(record + AgentLayout.RECORD_RFLAGS, rflags);
    memory.write64(record + AgentLayout.RECORD_CONTEXT, CONTEXT);
    memory.write64(mailbox + AgentLayout.BOX_EVENTS, number + 1);
  }

  private long told() {
    return memory.read64(mailbox + AgentLayout.BOX_EVENTS);
  }

  void halts(boolean halting) {
    memory.write(mailbox + AgentLayout.BOX_HALTING, new byte[] {(byte) (halting ? 1 : 0)});
  }

  void beats() {
    long beats = mailbox + AgentLayout.BOX_BEATS;
    memory.write64(beats, memory.read64(beats) + 1);
  }

  /** Where instruction {@code index} itself is in a block's code. */
  static long body(List<Instruction> block, long code, int index) {
    BlockCode assembled = BlockCode.assemble(side(0), block, code, 0);
    for (long rip = code; assembled.contains(rip); rip++) {
      if (assembled.isBody(rip) && assembled.indexOf(rip) == index) {
        return rip;
      }
    }
    throw new AssertionError("no instruction " + index + " in " + block);
  }

  /** Where the code behind a block's last instruction begins. */
  static long behind(List<Instruction> block, long code) {
    int last = block.size() - 1;
    return body(block, code, last) + block.get(last).machineCode().body().length;
  }
}
