package io.apictck.model.processor;

import io.apictck.platform.Instruction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/**
 * The transaction of a processor (Intel SDM Vol. 1, "Programming with Intel Transactional
 * Synchronization Extensions").
 *
 * <p>Supported: loads, stores and NOPs in it, nesting, and that all else aborts it, as a processor
 * may decide; so does each transaction of a guest. Not supported: conflicts with other processors.
 * None of them is at work while a transaction is, unless an interrupt comes, which aborts it.
 */
final class Transaction {
  /** The first address where a store may have effects that cannot be undone. */
  private static final long DEVICES = 0xC000_0000L;

  /** What was in memory before a store. */
  private record Before(long address, int width, long value) {}

  private final ProcessorWorld world;
  private final int cpu;
  private final Deque<Before> stores = new ArrayDeque<>();

  /** Where it began; null if there is none. */
  private Context context;

  private int depth;
  private int index;
  private int given;
  private long rflags;

  Transaction(ProcessorWorld world, int cpu) {
    this.world = world;
    this.cpu = cpu;
  }

  boolean active() {
    return context != null;
  }

  /** Whether an instruction aborts it. */
  static boolean aborts(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Load(long address, int _) -> isDevice(address);
      case Instruction.Store(long address, int _, long _) -> isDevice(address);
      case Instruction.Nop _,
          Instruction.Mfence _,
          Instruction.Testui _,
          Instruction.Xbegin _,
          Instruction.Xend _ ->
          false;
      default -> true;
    };
  }

  private static boolean isDevice(long address) {
    return Long.compareUnsigned(address, DEVICES) >= 0;
  }

  /** XBEGIN; {@code flags}: RFLAGS. */
  void begin(Context running, long flags) {
    if (depth == 0) {
      context = running;
      index = running.current();
      given = running.given();
      rflags = flags;
    }
    depth++;
    running.give(Instruction.Xbegin.STARTED);
  }

  /** XEND. */
  void end() {
    depth--;
    if (depth == 0) {
      forget();
    }
  }

  /** Memory is about to be written. */
  void store(long address, int width) {
    if (active()) {
      stores.push(new Before(address, width, world.bus().read(cpu, address, width)));
    }
  }

  /** Undoes it: its block goes on behind XBEGIN; gives RFLAGS. */
  long abort() {
    for (Before before : stores) {
      world.bus().write(cpu, before.address(), before.width(), before.value());
    }
    Context running = Objects.requireNonNull(context);
    running.rewind(index, given);
    running.give(0);
    forget();
    return rflags;
  }

  /** There is none any more. */
  void forget() {
    stores.clear();
    context = null;
    depth = 0;
  }
}
