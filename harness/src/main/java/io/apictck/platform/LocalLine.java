package io.apictck.platform;

/** Inputs of one processor that a platform may let a test drive. */
public enum LocalLine {
  /** Local interrupt pin 0; the INTR pin while the local APIC is globally disabled. */
  LINT0,
  /** Local interrupt pin 1; the NMI pin while the local APIC is globally disabled. */
  LINT1,
  /** A performance counter overflows; an edge. */
  PERFORMANCE,
  /** The thermal sensor trips; an edge. */
  THERMAL,
  /** A corrected machine check reaches its threshold; an edge. */
  CMCI,
  /** The INIT# pin; an edge. */
  INIT,
  /** The SMI# pin; an edge. */
  SMI
}
