package io.apictck.model.pic;

/** What a pair of 8259 controllers sees of the machine. */
@FunctionalInterface
public interface PicWorld {
  /** The INTR output of the pair; called at every change, and with a pulse between two requests. */
  void interruptRequest(boolean asserted);
}
