package io.apictck.target.agent;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import io.apictck.platform.PlatformException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the harness knows of a processor outside of guests, or of one of its guests. */
final class AgentCpu {
  private final Side side;
  private final int index;
  private final GuestMemory memory;
  private final CodeSpace space;
  private final long mailbox;
  private final ExitListener exits;
  private final List<StartedBlock> blocks = new ArrayList<>();
  private long told;
  private int depth;
  private boolean waiting;
  private @Nullable Internal internal;
  private long beats;
  private InterruptionInformation injected = InterruptionInformation.of(0);

  /** Code of the adapter's own, between the blocks of a test. */
  private record Internal(long memory, Runnable then) {}

  /** Is told of VM exits. */
  interface ExitListener {
    /**
     * A VM exit, or a VM entry that failed while it loaded guest state.
     *
     * @param reason the exit-reason field
     * @param rip guest RIP
     * @param guestMailbox mailbox of the guest, 0 if it is not known
     * @param events to be continued
     */
    void exited(int reason, long rip, long guestMailbox, List<Event> events);
  }

  AgentCpu(Side side, GuestMemory memory, ExitListener exits) {
    this.side = side;
    this.index = side.cpu();
    this.memory = memory;
    this.exits = exits;
    this.space = new CodeSpace(side.code(), side.codeSize());
    this.mailbox = side.mailbox();
    this.waiting = index != 0;
  }

  /** Whether it waits for a start-up IPI, as far as it was seen. */
  boolean waiting() {
    return waiting;
  }

  // ---- what it is doing ----

  /** Whether it has something to do that it will end without another action. */
  boolean busy() {
    return internal != null || (active() != null && !halting());
  }

  /** Whether it may be halted. */
  boolean halting() {
    return (int) memory.read64(side.processorMailbox() + AgentLayout.BOX_HALTING) != 0;
  }

  /** Address of its mailbox. */
  long mailbox() {
    return mailbox;
  }

  /** Whether it told events that were not collected. */
  boolean hasNews() {
    return memory.read64(mailbox + AgentLayout.BOX_EVENTS) != told;
  }

  private @Nullable StartedBlock active() {
    if (blocks.isEmpty()) {
      return null;
    }
    StartedBlock last = blocks.getLast();
    return last.depth == depth ? last : null;
  }

  /** Whether the idle loop made a turn since the last call. */
  boolean beats() {
    long now = memory.read64(mailbox + AgentLayout.BOX_BEATS);
    boolean more = now != beats;
    beats = now;
    return more;
  }

  // ---- what it is told to do ----

  void start(long number, List<Instruction> instructions) {
    if (waiting) {
      throw new PlatformException(side.name() + " waits for a start-up IPI");
    }
    StartedBlock probe =
        new StartedBlock(
            number, instructions, 0, BlockCode.assemble(side, instructions, 0, 0), depth);
    int head = (1 + probe.values()) * Long.BYTES;
    long piece = space.take(head + probe.code.bytes().length);
    BlockCode code = BlockCode.assemble(side, instructions, piece + head, piece);
    memory.clear(piece, head);
    memory.write(piece + head, code.bytes());
    if (BlockCode.mayHalt(instructions)) {
      memory.mayHalt(piece);
    }
    blocks.add(new StartedBlock(number, instructions, piece, code, depth));
    command(piece + head, code.bytes().length);
  }

  private void command(long address, int size) {
    memory.write64(mailbox + AgentLayout.BOX_NEW_CODE, (size + Long.BYTES - 1) / Long.BYTES);
    memory.write64(mailbox + AgentLayout.BOX_COMMAND, address);
  }

  private void internal(CodeOf code, Runnable then) {
    int size = code.of(0).length;
    long piece = space.take(Long.BYTES + size);
    memory.write64(piece, 0);
    memory.write(piece + Long.BYTES, code.of(piece));
    internal = new Internal(piece, then);
    command(piece + Long.BYTES, size);
  }

  private interface CodeOf {
    byte[] of(long flag);
  }

  // ---- what it shows ----

  /** Appends what happened since the last call; returns whether anything did. */
  boolean collect(List<Event> events) {
    boolean any = false;
    while (internalDone()) {
      any = true;
      Internal ended = internal;
      if (ended != null) {
        internal = null;
        space.free(ended.memory);
        ended.then.run();
      }
    }
    long count = memory.read64(mailbox + AgentLayout.BOX_EVENTS);
    if (count - told > AgentLayout.RECORDS) {
      throw new PlatformException(side.name() + " told " + (count - told) + " events at once");
    }
    while (internal == null && told < count) {
      any |= completeUpTo(told, events);
      record(told++, events);
      any = true;
    }
    if (internal == null) {
      any |= completeUpTo(count, events);
    }
    return any;
  }

  private boolean internalDone() {
    return internal != null && memory.read64(internal.memory) != 0;
  }

  /** Blocks that were done before event number {@code event} was told. */
  private boolean completeUpTo(long event, List<Event> events) {
    List<StartedBlock> done = new ArrayList<>();
    for (StartedBlock block : blocks) {
      long flag = memory.read64(block.flag());
      if (flag > 0 && flag - 1 <= event) {
        done.add(block);
      }
    }
    done.sort(
        Comparator.comparingLong((StartedBlock block) -> memory.read64(block.flag()))
            .thenComparingLong(block -> -block.number));
    for (StartedBlock block : done) {
      completed(block, events);
    }
    return !done.isEmpty();
  }

  private void completed(StartedBlock block, List<Event> events) {
    long[] values = new long[block.values()];
    for (int i = 0; i < values.length; i++) {
      values[i] = memory.read64(block.flag() + (1L + i) * Long.BYTES);
    }
    end(block);
    if (block.leavesContext()) {
      depth--;
    }
    events.add(new Event.Completed(index, block.number, values));
  }

  private void end(StartedBlock block) {
    blocks.remove(block);
    space.free(block.memory);
    memory.release(block.memory);
  }

  private void record(long number, List<Event> events) {
    long at =
        mailbox + AgentLayout.BOX_RECORDS + number % AgentLayout.RECORDS * AgentLayout.RECORD_SIZE;
    int vector = (int) memory.read64(at + AgentLayout.RECORD_VECTOR);
    long error = memory.read64(at + AgentLayout.RECORD_ERROR);
    long rip = memory.read64(at + AgentLayout.RECORD_RIP);
    long rflags = memory.read64(at + AgentLayout.RECORD_RFLAGS);
    if (vector == AgentLayout.EXITED) {
      exits.exited((int) error, rip, memory.read64(at + AgentLayout.RECORD_CONTEXT), events);
      return;
    }
    if (vector == AgentLayout.GUEST_STARTED) {
      startAfresh();
      return;
    }
    if (vector >= AgentLayout.USER_TAKEN) {
      long context = memory.read64(at + AgentLayout.RECORD_CONTEXT);
      userInterrupt(vector - AgentLayout.USER_TAKEN, error, rip, rflags, context, events);
      return;
    }
    if (vector >= AgentLayout.STARTED) {
      started(vector, error, rip, rflags, events);
      return;
    }
    StartedBlock block = blockAt(rip);
    boolean hasErrorCode = error >>> 32 != AgentLayout.NO_ERROR_CODE;
    InterruptionInformation expected = injected;
    injected = InterruptionInformation.of(0);
    if (expected.valid() && expected.vector() == vector) {
      injected(expected, (int) error, rip, rflags, events);
      return;
    }
    if (block == null) {
      if (hasErrorCode) {
        throw new PlatformException(
            "exception %d, error code %X, at %X in the guest agent of %s"
                .formatted(vector, error, rip, side.name()));
      }
      if (beginsAfresh(rip)) {
        startAfresh();
      }
      // what has no error code cannot be told from an interrupt with an exception's vector
      enter(vector, Place.IDLE, rflags, events);
      return;
    }
    long context = memory.read64(at + AgentLayout.RECORD_CONTEXT);
    inBlock(block, vector, error, rip, rflags, context, events);
  }

  private @Nullable StartedBlock blockAt(long rip) {
    for (StartedBlock block : blocks) {
      if (block.code.contains(rip)) {
        return block;
      }
    }
    return null;
  }

  /**
   * Whether an instruction raised the exception. Local APICs that accept vectors below 16 deliver
   * interrupts with them too: those push no error code, and the other faults without one are not
   * raised by any instruction but #UD.
   */
  private static boolean isFault(int vector, boolean hasErrorCode, boolean atBody) {
    return hasErrorCode || (vector == Exceptions.UD && atBody);
  }

  private static boolean isTrap(int vector, Instruction before) {
    return vector == Exceptions.DB
        || (vector == Exceptions.BP && before instanceof Instruction.Int3);
  }

  private void inBlock(
      StartedBlock block,
      int vector,
      long error,
      long rip,
      long rflags,
      long context,
      List<Event> events) {
    boolean hasErrorCode = error >>> 32 != AgentLayout.NO_ERROR_CODE;
    int at = block.code.indexOf(rip);
    Instruction before = at == 0 ? new Instruction.Nop() : block.instructions.get(at - 1);
    boolean software =
        before instanceof Instruction.Int(int n) && n == vector && at > block.softwareInterrupts;
    Place place = new Place(block.number, at);
    if (software) {
      block.softwareInterrupts = at;
      depth++;
      events.add(new Event.InterruptTaken(index, vector, Event.Kind.SOFTWARE, place, rflags));
    } else if (isTrap(vector, before)) {
      depth++;
      events.add(new Event.ExceptionTaken(index, vector, (int) error, place, rflags));
    } else if (isFault(vector, hasErrorCode, block.code.isBody(rip))) {
      if (!block.code.isBody(rip)) {
        throw new PlatformException(
            "exception %d, error code %X, around instruction %d of block %d on %s"
                .formatted(vector, error, at, block.number, side.name()));
      }
      end(block);
      events.add(new Event.Faulted(index, block.number, at, vector, (int) error));
      internal(flag -> new Code().takeCommand().dropContext(context, flag).bytes(), () -> {});
    } else if (at == block.instructions.size() && !block.code.endsSuspended()) {
      finish(block, rip, context, false, events, () -> enter(vector, Place.IDLE, rflags, events));
    } else {
      enter(vector, place, rflags, events);
    }
  }

  private void userInterrupt(
      int vector, long frame, long rip, long rflags, long context, List<Event> events) {
    StartedBlock block = blockAt(rip);
    if (block != null
        && block.code.indexOf(rip) == block.instructions.size()
        && !block.code.endsSuspended()) {
      Runnable taken = () -> enterUser(vector, Place.IDLE, rflags, frame, events);
      finish(block, rip, context, true, events, taken);
    } else {
      enterUser(vector, placeOf(rip), rflags, frame, events);
    }
  }

  private void enterUser(int vector, Place place, long rflags, long frame, List<Event> events) {
    depth++;
    events.add(new Event.UserInterruptTaken(index, vector, place, rflags, frame));
  }

  /** The block had ended, but for storing its results; then comes what interrupted it. */
  private void finish(
      StartedBlock block,
      long rip,
      long context,
      boolean user,
      List<Event> events,
      Runnable taken) {
    byte[] rest = block.code.restOfStore(rip);
    internal(
        flag ->
            new Code()
                .takeCommand()
                .finishInterrupted(context, rest, user)
                .loadStack()
                .done(flag)
                .idle()
                .bytes(),
        () -> {
          completed(block, events);
          taken.run();
        });
  }

  private void enter(int vector, Place place, long rflags, List<Event> events) {
    depth++;
    Event.Kind kind = vector == Exceptions.NMI ? Event.Kind.NMI : Event.Kind.EXTERNAL;
    events.add(new Event.InterruptTaken(index, vector, kind, place, rflags));
  }

  private void started(int start, long cr0, long csIp, long rflags, List<Event> events) {
    if (!waiting) {
      wasReset(events);
    }
    waiting = false;
    int vector = start == AgentLayout.RESTARTED ? -1 : start - AgentLayout.STARTED;
    events.add(
        new Event.ProcessorStarted(
            index,
            vector,
            new Event.StartState((int) csIp & 0xFFFF, (int) (csIp >>> 16), cr0, rflags)));
  }

  // ---- guests ----

  /** The next event of the guest is this one, if it is valid. */
  void expectInjected(InterruptionInformation event) {
    injected = event;
  }

  private void injected(
      InterruptionInformation event, int errorCode, long rip, long rflags, List<Event> events) {
    if (beginsAfresh(rip)) {
      startAfresh();
    }
    Place place = placeOf(rip);
    int vector = event.vector();
    depth++;
    events.add(
        switch (event.type()) {
          case EXTERNAL_INTERRUPT, RESERVED, OTHER_EVENT ->
              new Event.InterruptTaken(index, vector, Event.Kind.EXTERNAL, place, rflags);
          case NMI -> new Event.InterruptTaken(index, vector, Event.Kind.NMI, place, rflags);
          case SOFTWARE_INTERRUPT ->
              new Event.InterruptTaken(index, vector, Event.Kind.SOFTWARE, place, rflags);
          case HARDWARE_EXCEPTION, PRIVILEGED_SOFTWARE_EXCEPTION, SOFTWARE_EXCEPTION ->
              new Event.ExceptionTaken(index, vector, errorCode, place, rflags);
        });
  }

  /**
   * The block that ended in a VM entry, as far as that is known: it did not fail before it loaded
   * guest state.
   */
  @Nullable StartedBlock entering() {
    StartedBlock block = active();
    return block != null && memory.read64(block.flag()) < 0 ? block : null;
  }

  /** Mailbox of the guest that a block enters, 0 if it is not known. */
  long enteredMailbox(StartedBlock block) {
    return memory.read64(block.flag() + (long) block.values() * Long.BYTES);
  }

  /** The block ended in a VM entry. */
  void entered(StartedBlock block) {
    end(block);
  }

  /** The block of this context is not executed any more: RIP was set to another place. */
  void dropBlock() {
    StartedBlock block = active();
    if (block != null) {
      end(block);
    }
  }

  /** Where an address is. */
  Place placeOf(long rip) {
    StartedBlock block = blockAt(rip);
    return block == null ? Place.IDLE : new Place(block.number, block.code.indexOf(rip));
  }

  /** In the three instructions before interrupts are held back. */
  private boolean beginsAfresh(long rip) {
    long start = side.symbols().guestStart();
    return rip >= start && rip < start + 3;
  }

  private void startAfresh() {
    waiting = false;
    forgetContexts();
  }

  private void forgetContexts() {
    depth = 0;
    internal = null;
    injected = InterruptionInformation.of(0);
    for (StartedBlock block : blocks) {
      memory.release(block.memory);
    }
    blocks.clear();
    space.freeAll();
  }

  /** INIT dropped all it did. */
  void wasReset(List<Event> events) {
    waiting = true;
    forgetContexts();
    events.add(new Event.ProcessorReset(index));
  }
}
