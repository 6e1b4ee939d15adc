package io.apictck.chip;

/** The words of the protocol. */
final class Verbs {
  /** The version of the protocol that this kit speaks. */
  static final int VERSION = 1;

  /** Longest line in bytes, without its end. */
  static final int MAX_LINE = 0x1_0000;

  // host to chip
  static final String HELLO = "hello";
  static final String RESET = "reset";
  static final String INIT = "init";
  static final String READ = "read";
  static final String WRITE = "write";
  static final String IN = "in";
  static final String OUT = "out";
  static final String RDMSR = "rdmsr";
  static final String WRMSR = "wrmsr";
  static final String CR8 = "cr8";
  static final String SETCR8 = "setcr8";
  static final String ACK = "ack";
  static final String INTA = "inta";
  static final String EOI = "eoi";
  static final String LINE = "line";
  static final String PIN = "pin";
  static final String MESSAGE = "message";
  static final String FUNCTION = "function";
  static final String SUPPLY = "supply";
  static final String TSC = "tsc";
  static final String ADVANCE = "advance";
  static final String TAKEN = "taken";

  // chip to host; INIT and WRITE as above
  static final String OK = "ok";
  static final String GP = "gp";
  static final String ERR = "err";
  static final String NO = "no";
  static final String INTR = "intr";
  static final String NMI = "nmi";
  static final String SMI = "smi";
  static final String SIPI = "sipi";
  static final String APIC = "apic";
  static final String NEXT = "next";
  static final String PIC = "pic";
  static final String SEND = "send";

  // what a chip tells of itself
  static final String CHIP = "chip";
  static final String HAS = "has";
  static final String LAPIC = "lapic";
  static final String TIME = "time";
  static final String MSR = "msr";
  static final String IO_APIC = "ioapic";
  static final String OVERRIDE = "override";
  static final String LINES = "lines";
  static final String LOW = "low";
  static final String HIGH = "high";
  static final String EDGE = "edge";
  static final String LEVEL = "level";

  static final String APIC_IDS = "apic-ids=";
  static final String WITHOUT = "without=";
  static final String OFF = "off";
  static final String XAPIC = "xapic";
  static final String X2APIC = "x2apic";
  static final String NEVER = "-";
  static final char AT = '@';

  private Verbs() {}
}
