package io.apictck.junit;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.PagingEntry;
import io.apictck.arch.Rflags;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Outcome;
import io.apictck.platform.Place;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.UnsupportedActionException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;

/**
 * Checks that a platform keeps the rules of the SPI that every test relies on, so that a broken
 * adapter is not taken for a broken implementation.
 */
final class AdapterSelfCheck {
  private static final long MIN_SCRATCH = 1 << 20;
  private static final int POST_PORT = 0x80;
  private static final int VECTOR = 0x81;
  private static final long PATTERN = 0x1122_3344_5566_7788L;
  private static final long A_WHILE = 1_000_000;
  private static final int MANY = 10_000;

  private final Platform platform;
  private final PlatformDescription description;
  private List<Event> events = List.of();
  private long nanos;
  private long block;

  private AdapterSelfCheck(Platform platform) {
    this.platform = platform;
    this.description = platform.description();
  }

  /**
   * Checks a platform that was just opened; it is reset afterwards.
   *
   * @throws AdapterFaultException naming the first rule that it breaks
   */
  static void check(Platform platform, MachineRequest request) {
    AdapterSelfCheck check = new AdapterSelfCheck(platform);
    try {
      check.description(request);
      check.perform(new Action.Reset());
      check.blocks();
      check.values();
      check.faults();
      check.interruptFlag();
      check.contexts();
      check.time();
      check.reset();
    } catch (UnsupportedActionException e) {
      throw fault("every platform executes blocks, lets time pass and resets: " + e.getMessage());
    }
  }

  private void description(MachineRequest request) {
    List<Integer> apicIds = description.apicIds();
    demand(!apicIds.isEmpty(), "the description has no processor");
    demand(
        new HashSet<>(apicIds).size() == apicIds.size(),
        "two processors of the description have the same APIC ID: " + apicIds);
    demand(
        apicIds.size() >= request.processors(),
        "%d processors were asked for, but there are %d"
            .formatted(request.processors(), apicIds.size()));
    demand(
        request.apicIds().isEmpty()
            || request.apicIds().equals(apicIds.subList(0, request.processors())),
        "APIC IDs %s were asked for, but they are %s".formatted(request.apicIds(), apicIds));
    demand(
        description.scratchSize() >= MIN_SCRATCH,
        "scratch memory has %d bytes, but at least 1 MiB is needed"
            .formatted(description.scratchSize()));
    demand(
        description.scratchBase() % PagingEntry.PAGE == 0,
        "the scratch base is no multiple of 4 KiB");
    demand(
        new HashSet<>(description.startVectors()).size() >= 2,
        "there are fewer than two start vectors: " + description.startVectors());
    demand(
        description.startVectors().stream().allMatch(vector -> vector >= 0 && vector <= 0xFF),
        "a start vector is not between 00h and FFh: " + description.startVectors());
    demand(description.patience().isPositive(), "the patience is not positive");
    demand(description.quiet().isPositive(), "the quiet period is not positive");
  }

  private void blocks() {
    for (int length : new int[] {1, 2, 16}) {
      List<Instruction> nops = Collections.nCopies(length, new Instruction.Nop());
      completed(nops, "a block of " + length + " NOPs");
    }
  }

  private void values() {
    long low = description.scratchBase();
    long high = low + description.scratchSize() - Long.BYTES;
    for (long address : new long[] {low, high}) {
      for (int width : new int[] {1, 2, 4, 8}) {
        long expected = width == 8 ? PATTERN : PATTERN & ((1L << (8 * width)) - 1);
        long[] values =
            completed(
                List.of(
                    new Instruction.Store(address, width, PATTERN),
                    new Instruction.Load(address, width)),
                "a store to scratch memory and a load");
        demand(
            values[0] == expected,
            "%d bytes stored at %X in scratch memory read back as %X instead of %X"
                .formatted(width, address, values[0], expected));
      }
    }
    for (Instruction instruction :
        List.of(
            new Instruction.Exchange(low, 8, 0),
            new Instruction.In(POST_PORT, 1),
            new Instruction.Rdmsr(Msr.IA32_APIC_BASE),
            new Instruction.Rdtsc(),
            new Instruction.Cpuid(1, 0),
            new Instruction.MovFromCr8(),
            new Instruction.Pushf())) {
      completed(List.of(instruction), instruction.toString());
    }
  }

  private void faults() {
    long address = description.scratchBase();
    completed(List.of(new Instruction.Store(address, 8, 0)), "a store to scratch memory");
    long number =
        execute(
            List.of(
                new Instruction.Nop(),
                new Instruction.Ud2(),
                new Instruction.Store(address, 8, PATTERN)));
    demand(
        events.equals(List.of(new Event.Faulted(0, number, 1, Exceptions.UD, 0))),
        "UD2 at index 1 of a block must give Faulted with vector 6, but gave " + events);
    demand(
        completed(List.of(new Instruction.Load(address, 8)), "a load")[0] == 0,
        "the instructions behind a faulting one must not be executed, but a store was");
  }

  private void interruptFlag() {
    for (Instruction change : List.of(new Instruction.Sti(), new Instruction.Cli())) {
      long rflags =
          completed(
              List.of(change, new Instruction.Nop(), new Instruction.Pushf()),
              change + ", NOP and PUSHF")[0];
      demand(
          (rflags & Rflags.IF) != 0 == change instanceof Instruction.Sti,
          "RFLAGS after %s are %X".formatted(change, rflags));
    }
  }

  private void contexts() {
    long suspended = enterHandler();
    long handler = execute(List.of(new Instruction.Iret()));
    demand(
        events.equals(List.of(ended(handler), ended(suspended))),
        "IRET must leave the handler of INT n, and the suspended block must go on to its end, but"
            + " it gave "
            + events);
  }

  /** Leaves a block suspended at INT n; gives its number. */
  private long enterHandler() {
    long number =
        execute(List.of(new Instruction.Nop(), new Instruction.Int(VECTOR), new Instruction.Nop()));
    demand(
        events.size() == 1
            && events.getFirst() instanceof Event.InterruptTaken taken
            && taken.cpu() == 0
            && taken.vector() == VECTOR
            && taken.kind() == Event.Kind.SOFTWARE
            && taken.interrupted().equals(new Place(number, 2)),
        "INT 81h at index 1 of block %d must give InterruptTaken with its vector and return to"
                .formatted(number)
            + " index 2, but it gave "
            + events);
    return number;
  }

  private void time() {
    long end = nanos + A_WHILE;
    for (int i = 0; nanos < end; i++) {
      demand(i < MANY, "time does not pass: " + MANY + " times Elapse gave no progress");
      long wanted = end;
      perform(new Action.Elapse(end - nanos));
      demand(
          !events.isEmpty() || nanos >= wanted,
          "Elapse returned %d ns early, without an event".formatted(wanted - nanos));
    }
  }

  private void reset() {
    completed(List.of(new Instruction.Sti()), "STI");
    resetAndLook("a block after Reset");
    long suspended = enterHandler();
    resetAndLook("a block after Reset, with block " + suspended + " forgotten,");
    perform(new Action.Reset());
  }

  private void resetAndLook(String what) {
    perform(new Action.Reset());
    demand(events.isEmpty(), "Reset must give no event, but it gave " + events);
    long rflags = completed(List.of(new Instruction.Pushf()), what)[0];
    demand((rflags & Rflags.IF) == 0, "IF must be 0 after Reset");
  }

  // ---- performing ----

  private void perform(Action action) {
    Outcome outcome = platform.perform(action);
    demand(
        action instanceof Action.Reset || outcome.nanos() >= nanos,
        "time went backwards in %s, from %d ns to %d ns".formatted(action, nanos, outcome.nanos()));
    nanos = outcome.nanos();
    events = outcome.events();
  }

  private long execute(List<Instruction> instructions) {
    block++;
    perform(new Action.Execute(0, block, instructions));
    return block;
  }

  private long[] completed(List<Instruction> instructions, String what) {
    long number = execute(instructions);
    demand(
        events.size() == 1
            && events.getFirst() instanceof Event.Completed completed
            && completed.cpu() == 0
            && completed.block() == number,
        what + " must give Completed of CPU 0 and block " + number + ", but gave " + events);
    long[] values = ((Event.Completed) events.getFirst()).values();
    int expected = instructions.stream().mapToInt(Instruction::values).sum();
    demand(
        values.length == expected,
        "%s must give %d values, but gave %d".formatted(what, expected, values.length));
    return values;
  }

  private static Event ended(long number) {
    return new Event.Completed(0, number, new long[0]);
  }

  private static void demand(boolean holds, String otherwise) {
    if (!holds) {
      throw fault(otherwise);
    }
  }

  private static AdapterFaultException fault(String text) {
    return new AdapterFaultException("adapter self-check: " + text);
  }
}
