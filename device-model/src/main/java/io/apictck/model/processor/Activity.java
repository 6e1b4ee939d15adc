package io.apictck.model.processor;

/** What a processor does (Intel SDM Vol. 3C, "Guest Non-Register State", activity state). */
enum Activity {
  /** Executes a block, or NOPs. */
  ACTIVE,
  /** HLT was executed. */
  HALTED,
  /** MWAIT was executed. */
  WAITING,
  /** INIT or RESET was; only a start-up IPI is recognized. */
  WAIT_FOR_SIPI,
  /** Handlers could not be entered; only INIT is recognized. */
  SHUT_DOWN
}
