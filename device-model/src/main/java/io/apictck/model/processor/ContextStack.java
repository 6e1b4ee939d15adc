package io.apictck.model.processor;

import java.util.Arrays;

/** The contexts of a processor: kernel code at the bottom, the running one on top. */
final class ContextStack {
  /** As many as the stack of a small kernel has room for. */
  static final int LIMIT = 1024;

  /** How far apart the stack pointers of contexts are. */
  private static final long FRAME = 0x100;

  private Context[] contexts = {new Context()};
  private int depth;
  private Context top = contexts[0];

  Context top() {
    return top;
  }

  /** Drops all and makes a fresh kernel context. */
  void reset() {
    for (int i = 1; i <= depth; i++) {
      contexts[i].drop();
    }
    depth = 0;
    top = contexts[0];
    top.enter(Context.Kind.KERNEL, SavedState.NONE);
  }

  /** Makes a new context the running one; false if there is no room. */
  boolean push(Context.Kind kind, SavedState saved) {
    if (depth + 1 == LIMIT) {
      return false;
    }
    depth++;
    if (depth == contexts.length) {
      contexts = Arrays.copyOf(contexts, Math.max(4, 2 * depth));
    }
    if (contexts[depth] == null) {
      contexts[depth] = new Context();
    }
    top = contexts[depth];
    top.enter(kind, saved);
    top.setStackPointer(contexts[depth - 1].stackPointer() - FRAME);
    return true;
  }

  /** Whether the running context is the outermost one. */
  boolean atBottom() {
    return depth == 0;
  }

  /** Whether a new context has room. */
  boolean hasRoom() {
    return depth + 1 < LIMIT;
  }

  /**
   * Leaves contexts until the running one has a stack pointer; if none has it, it becomes that of
   * the running one.
   */
  void unwind(long stackPointer) {
    for (int i = depth; i >= 0; i--) {
      if (contexts[i].stackPointer() == stackPointer) {
        while (depth > i) {
          pop();
        }
        return;
      }
    }
    top.setStackPointer(stackPointer);
  }

  /** Leaves the running context; gives what it saved. */
  SavedState pop() {
    SavedState saved = top.saved();
    top.drop();
    depth--;
    top = contexts[depth];
    return saved;
  }
}
