package io.apictck.target.serial;

import io.apictck.platform.Action;
import io.apictck.platform.Instruction;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.platform.UnsupportedActionException;
import io.apictck.target.agent.AgentLayout;
import io.apictck.target.agent.AgentMachine;
import io.apictck.target.agent.GuestMemory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A machine whose agent is talked to over a serial line.
 *
 * <p>A turn is one frame and its answer. The agent answers when all processors came to rest, so
 * that one turn is usually enough. When all are halted there is no answer: the frame stays open
 * until one of them wakes.
 */
public final class SerialMachine implements AgentMachine {
  private static final long START_LIMIT = 20_000_000_000L;
  private static final long RESET_LIMIT = 1_000_000_000L;
  private static final long POLL = 200_000;
  private static final int SERIAL = 2;
  private static final int VECTORS = 0x100;
  private static final int MANY = 3;
  private static final int REST = 0x100;

  private final SerialHost host;
  private final PlatformDescription description;
  private final SerialMemory memory;
  private final SerialLink link;
  private final Processor[] processors;
  private final MachineTime time;
  private @Nullable Question open;
  private boolean started;
  private boolean settled;
  private boolean silent;
  private boolean asked;
  private boolean free;

  /** What is known of a processor beyond its mailbox. */
  private static final class Processor {
    boolean active;
    long beats;
    int stuck;
    long since;
  }

  /** Takes over a machine that is not started yet. */
  public SerialMachine(SerialHost host) {
    this.host = host;
    this.description = host.description();
    this.memory = new SerialMemory(description.processors(), this::fetch);
    this.link = new SerialLink(host);
    this.time = new MachineTime(host.clock().orElse(null));
    this.processors = new Processor[description.processors()];
    forgetProcessors();
  }

  private void forgetProcessors() {
    for (int i = 0; i < processors.length; i++) {
      processors[i] = new Processor();
      processors[i].active = i == 0;
    }
  }

  @Override
  public PlatformDescription description() {
    return description;
  }

  @Override
  public GuestMemory memory() {
    return memory;
  }

  @Override
  public long nanos() {
    return time.nanos();
  }

  @Override
  public boolean yields() {
    return false;
  }

  // ---- reset ----

  /** The agent is part of what the machine boots, so nothing is loaded. */
  @Override
  public void reset(Runnable load) {
    host.wake();
    boolean answers = started && !link.isOpen();
    memory.forget();
    forgetProcessors();
    open = null;
    silent = false;
    if (!(answers && host.resetsItself() && resetItself())) {
      restart();
    }
    started = true;
    time.forget();
    host.prepare(memory);
    MachineClock clock = time.clock();
    if (clock != null) {
      memory.write64(clock.enable(), clock.enabled());
    }
  }

  private boolean resetItself() {
    try {
      Question question = memory.ask(time);
      if (host.resetsThroughFirmware()) {
        // another line may have sent the last frame, with any number
        link.send(0, new byte[0], new byte[0]);
        if (link.await(RESET_LIMIT, Long.MAX_VALUE) == null) {
          return false;
        }
        link.send(host.limit(), new Operations().reset().bytes(), new byte[0]);
        link.abandon();
        restart();
        return true;
      }
      link.send(host.limit(), header().reset().bytes(), booted(question));
      Answer answer = link.await(RESET_LIMIT, Long.MAX_VALUE);
      return answer != null && note(question, answer);
    } catch (PlatformTimeoutException e) {
      return false;
    }
  }

  private void restart() {
    host.restart();
    link.forget();
    Question question = memory.ask(time);
    link.send(host.limit(), header().bytes(), booted(question));
    Answer answer = link.await(START_LIMIT, Long.MAX_VALUE);
    if (answer == null || !note(question, answer)) {
      throw new PlatformException(description.name() + ": the guest agent did not boot");
    }
  }

  private Operations header() {
    Operations writes =
        new Operations()
            .clear(AgentLayout.HEADER + AgentLayout.HEADER_TRAPS, VECTORS)
            .write64(AgentLayout.HEADER + AgentLayout.HEADER_IDLE, SERIAL)
            .write64(AgentLayout.HEADER + AgentLayout.HEADER_COUNT, description.processors());
    byte[] ids = new byte[Integer.BYTES * description.processors()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] =
          (byte)
              (description.apicIds().get(i / Integer.BYTES) >> (Byte.SIZE * (i % Integer.BYTES)));
    }
    return writes.write(AgentLayout.HEADER + AgentLayout.HEADER_APIC_IDS, ids);
  }

  private static byte[] booted(Question question) {
    byte[] reads = question.bytes();
    byte[] more = new Operations().read(AgentLayout.HEADER + AgentLayout.HEADER_BOOTED, 1).bytes();
    byte[] all = Arrays.copyOf(reads, reads.length + more.length);
    System.arraycopy(more, 0, all, reads.length, more.length);
    return all;
  }

  private boolean note(Question question, Answer answer) {
    question.answer(answer.words());
    return answer.words().next() != 0;
  }

  // ---- turns ----

  @Override
  public void turn() {
    host.wake();
    // an answer that did not come in time may still come
    boolean rest = free && memory.clean() && !silent;
    free = false;
    asked = false;
    if (rest) {
      return;
    }
    if (!link.isOpen()) {
      Question question = memory.ask(time);
      open = question;
      byte[] reads = question.bytes();
      link.send(host.limit(), sendMost(reads.length), reads);
    }
    Answer answer =
        silent
            ? link.receive(POLL)
            : link.await(
                description.patience().toNanos(), mayBeSilent() ? host.silence() : Long.MAX_VALUE);
    host.check();
    if (answer != null) {
      answered(answer);
    } else if (!silent) {
      silent = true;
      time.silent();
      halt();
    }
  }

  /**
   * Sends all writes but those that leave room for {@code rest} bytes in their frame: gives these.
   */
  private byte[] sendMost(int rest) {
    List<byte[]> pieces = memory.takeWrites(Frame.MAX_BODY - rest);
    for (byte[] piece : pieces.subList(0, pieces.size() - 1)) {
      link.send(0, piece, new byte[0]);
      if (link.await(description.patience().toNanos(), Long.MAX_VALUE) == null) {
        throw new PlatformException(description.name() + ": a frame was not answered");
      }
    }
    return pieces.getLast();
  }

  private void answered(Answer answer) {
    silent = false;
    settled = answer.settled();
    long[] events = told();
    if (open != null) {
      open.answer(answer.words());
      open = null;
    }
    long[] now = told();
    for (int i = 0; i < processors.length; i++) {
      look(i, now[i] != events[i]);
    }
  }

  /** How many events each processor and its guests told. */
  private long[] told() {
    long[] told = new long[processors.length];
    for (SerialMemory.Mailbox mailbox : memory.mailboxes()) {
      told[mailbox.cpu()] += memory.box(mailbox.number(), AgentLayout.BOX_EVENTS);
    }
    return told;
  }

  /** Finds out whether INIT took a processor away. */
  private void look(int cpu, boolean told) {
    Processor processor = processors[cpu];
    long beats = memory.box(cpu, AgentLayout.BOX_BEATS);
    if (told) {
      processor.active = true;
    }
    if (!processor.active || told || beats != processor.beats || halting(cpu)) {
      processor.beats = beats;
      processor.stuck = 0;
      processor.since = System.nanoTime();
      return;
    }
    processor.stuck++;
    boolean away = System.nanoTime() - processor.since > host.absence();
    if (cpu != 0 && !settled && processor.stuck >= MANY && (away || !memory.inBlock(cpu))) {
      processor.active = false;
      memory.dropBlocks(cpu);
      memory.write64(AgentLayout.mailbox(cpu) + AgentLayout.BOX_BEATS, 0);
    }
  }

  private boolean halting(int cpu) {
    return (int) memory.box(cpu, AgentLayout.BOX_HALTING) != 0;
  }

  /** Whether all processors that run may be halted before they answer. */
  private boolean mayBeSilent() {
    for (int i = 0; i < processors.length; i++) {
      if (processors[i].active && !halting(i) && !memory.mayHalt(i)) {
        return false;
      }
    }
    return true;
  }

  private void halt() {
    for (int i = 0; i < processors.length; i++) {
      if (processors[i].active) {
        memory.note(i, AgentLayout.BOX_HALTING, 1);
      }
    }
  }

  @Override
  public void pause(int turns) {
    if (asked) {
      free = true;
    } else if (turns > MANY) {
      LockSupport.parkNanos(POLL);
    }
    asked = false;
  }

  /**
   * Asked after a turn, it lets the next turn rest if that turn would find nothing new. What is
   * ordered while all processors are halted has to wait.
   */
  @Override
  public boolean settled() {
    asked = memory.clean() && (silent || settled);
    return asked || (silent && link.isOpen());
  }

  @Override
  public Condition condition(int cpu) {
    return processors[cpu].active ? Condition.ACTIVE : Condition.WAIT_FOR_SIPI;
  }

  private long fetch(long address) {
    if (link.isOpen()) {
      return 0;
    }
    link.send(0, sendMost(REST), new Operations().read(address, 1).bytes());
    Answer answer = link.await(description.patience().toNanos(), Long.MAX_VALUE);
    return answer == null ? 0 : answer.words().next();
  }

  @Override
  public void stimulate(Action action) {
    if (silent) {
      throw new UnsupportedActionException(
          description.name() + " needs a processor for " + action + ", but all are halted");
    }
    host.stimulate(action, memory);
  }

  @Override
  public void executes(List<Instruction> instructions) {
    host.executes(instructions);
  }

  @Override
  public void close() {
    host.close();
  }
}
