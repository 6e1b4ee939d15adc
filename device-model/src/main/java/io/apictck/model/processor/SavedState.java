package io.apictck.model.processor;

/**
 * What a handler or system management gives back when it is left.
 *
 * @param rflags RFLAGS
 * @param cpl privilege level
 * @param halted RSM goes back into HLT
 * @param trap RSM goes back to a pending single-step trap
 * @param stiShadow RSM goes back into the shadow of STI
 * @param movSsShadow RSM goes back into the shadow of MOV SS
 */
record SavedState(
    long rflags, int cpl, boolean halted, boolean trap, boolean stiShadow, boolean movSsShadow) {
  static final SavedState NONE = new SavedState(0, 0, false, false, false, false);

  /** What an interrupt through a gate saves. */
  static SavedState frame(long rflags, int cpl) {
    return new SavedState(rflags, cpl, false, false, false, false);
  }
}
