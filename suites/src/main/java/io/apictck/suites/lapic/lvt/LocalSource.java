package io.apictck.suites.lapic.lvt;

import io.apictck.arch.LapicRegister;
import io.apictck.machine.Cpu;
import io.apictck.platform.LocalLine;
import java.util.Arrays;
import java.util.List;

/** A source that a platform lets tests drive. */
enum LocalSource {
  LINT0(LapicRegister.LVT_LINT0, LocalLine.LINT0),
  LINT1(LapicRegister.LVT_LINT1, LocalLine.LINT1),
  PERFORMANCE(LapicRegister.LVT_PERFORMANCE, LocalLine.PERFORMANCE),
  THERMAL(LapicRegister.LVT_THERMAL, LocalLine.THERMAL),
  CMCI(LapicRegister.LVT_CMCI, LocalLine.CMCI);

  private final LapicRegister entry;
  private final LocalLine line;

  LocalSource(LapicRegister entry, LocalLine line) {
    this.entry = entry;
    this.line = line;
  }

  /** LINT0 and LINT1. */
  static List<LocalSource> pins() {
    return List.of(LINT0, LINT1);
  }

  /** The events of the processor that have an entry. */
  static List<LocalSource> events(Cpu cpu) {
    return Arrays.stream(values())
        .filter(source -> !pins().contains(source) && Entries.has(cpu.lapic(), source.entry))
        .toList();
  }

  LapicRegister entry() {
    return entry;
  }

  LocalLine line() {
    return line;
  }

  /** The event, or one pulse of the pin. */
  void signal(Cpu cpu) {
    cpu.pulse(line);
  }
}
