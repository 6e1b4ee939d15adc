package io.apictck.machine;

import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The handler contexts that one processor entered and did not leave, outermost first, and the
 * automatic handlers that take them.
 *
 * <p>Each context is taken once: by the automatic handler that was installed when it was entered,
 * or by a test that waits for it.
 */
final class HandlerContexts {
  private static final int VECTORS = 256;

  private final List<Context> contexts = new ArrayList<>();

  /** How many of them nobody has taken or will take: asked before each block. */
  private int untaken;

  /** By vector. */
  private final @Nullable InterruptHandler[] interruptHandlers = new InterruptHandler[VECTORS];

  private final Map<Integer, InterruptHandler> trapHandlers = new HashMap<>();
  private final Map<Integer, InterruptHandler> userHandlers = new HashMap<>();
  private @Nullable InterruptHandler nmiHandler;

  private static final class Context {
    final InterruptFrame frame;
    final @Nullable InterruptHandler handler;
    boolean taken;

    Context(InterruptFrame frame, @Nullable InterruptHandler handler) {
      this.frame = frame;
      this.handler = handler;
    }

    boolean waitsForTest() {
      return !taken && handler == null;
    }
  }

  int depth() {
    return contexts.size();
  }

  boolean isEmpty() {
    return contexts.isEmpty();
  }

  InterruptFrame innermost() {
    return contexts.getLast().frame;
  }

  // ---- handlers ----

  void onInterrupt(int vector, InterruptHandler handler) {
    interruptHandlers[vector] = handler;
  }

  void onTrap(int vector, InterruptHandler handler) {
    trapHandlers.put(vector, handler);
  }

  void onUserInterrupt(int vector, InterruptHandler handler) {
    userHandlers.put(vector, handler);
  }

  void onNmi(InterruptHandler handler) {
    nmiHandler = handler;
  }

  void removeInterruptHandler(int vector) {
    interruptHandlers[vector] = null;
  }

  private @Nullable InterruptHandler handlerOf(InterruptFrame frame) {
    return switch (frame.cause()) {
      case EXTERNAL, SOFTWARE -> interruptHandlers[frame.vector()];
      case TRAP -> trapHandlers.get(frame.vector());
      case NMI -> nmiHandler;
      case SMI -> null;
      case USER -> userHandlers.get(frame.vector());
    };
  }

  // ---- what happens to contexts ----

  /** Tells whether an automatic handler waits for it. */
  boolean enter(InterruptFrame frame) {
    Context context = new Context(frame, handlerOf(frame));
    contexts.add(context);
    if (context.handler == null) {
      untaken++;
      return false;
    }
    return true;
  }

  /** Leaves the innermost context; tells whether there was one. */
  boolean leave() {
    if (contexts.isEmpty()) {
      return false;
    }
    if (contexts.removeLast().waitsForTest()) {
      untaken--;
    }
    return true;
  }

  /**
   * Runs the automatic handler of the innermost context, if it has one that did not run; tells
   * whether it did.
   */
  boolean runHandler(Cpu cpu) {
    if (contexts.isEmpty()) {
      return false;
    }
    Context context = contexts.getLast();
    InterruptHandler handler = context.handler;
    if (handler == null || context.taken) {
      return false;
    }
    context.taken = true;
    handler.handle(cpu, context.frame);
    return true;
  }

  private @Nullable Context oldestUntaken() {
    if (untaken == 0) {
      return null;
    }
    for (Context context : contexts) {
      if (context.waitsForTest()) {
        return context;
      }
    }
    return null;
  }

  /**
   * The oldest frame that neither a test nor a handler has taken or will take, null if there is
   * none.
   */
  @Nullable InterruptFrame untaken() {
    Context context = oldestUntaken();
    return context == null ? null : context.frame;
  }

  /** Takes the frame that {@link #untaken()} gives, null if there is none. */
  @Nullable InterruptFrame take() {
    Context context = oldestUntaken();
    if (context == null) {
      return null;
    }
    context.taken = true;
    untaken--;
    return context.frame;
  }

  /** INIT: the contexts are gone, the handlers stay. */
  void dropContexts() {
    contexts.clear();
    untaken = 0;
  }

  /** RESET: all is gone. */
  void forget() {
    dropContexts();
    Arrays.fill(interruptHandlers, null);
    trapHandlers.clear();
    userHandlers.clear();
    nmiHandler = null;
  }

  /** What returns from the innermost context. */
  Instruction leaving() {
    return switch (innermost().cause()) {
      case SMI -> new Instruction.Rsm();
      case USER -> new Instruction.Uiret();
      case EXTERNAL, NMI, SOFTWARE, TRAP -> new Instruction.Iret();
    };
  }
}
