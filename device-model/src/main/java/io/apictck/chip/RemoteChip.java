package io.apictck.chip;

import io.apictck.arch.ApicBase;
import io.apictck.platform.Board.PciFunction;
import io.apictck.platform.LocalLine;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.Queue;

/**
 * The requests of the protocol, and what the host remembers of what the chip told: so that only
 * accesses and events go over the wire.
 */
final class RemoteChip {
  /** No local APIC page: not in xAPIC mode. */
  private static final long NO_PAGE = -1;

  private static final long PAGE_SIZE = 0x1000;
  private static final int LAST_VECTOR = 0xFF;
  private static final int REQUESTER = 0xFFFF;

  private final ChipLink link;
  private final ChipDescription description;
  private final Listener listener;
  private final boolean[] interrupts;
  private final boolean[] enabled;
  private final long[] pages;

  /** Writes of functions wait until the chip can be asked again: they may be messages to it. */
  private final Queue<Runnable> writes = new ArrayDeque<>();

  private long now;
  private long next;

  /** What a chip says by itself. */
  interface Listener {
    /** INTR of a processor is active. */
    void interrupt(int cpu);

    void nmi(int cpu);

    void smi(int cpu);

    void init(int cpu);

    void startUp(int cpu, int vector);

    /** A function writes to memory. */
    void deviceWrite(int requesterId, long address, int data);

    /** INTR of the 8259 pair of a chip without local APICs. */
    void pic(boolean asserted);

    /** A message of an I/O APIC of a chip without local APICs; whether it was accepted. */
    boolean send(long address, int data);
  }

  RemoteChip(ChipLink link, ChipDescription description, int processors, Listener listener) {
    this.link = link;
    this.description = description;
    this.listener = listener;
    interrupts = new boolean[processors];
    enabled = new boolean[processors];
    pages = new long[processors];
  }

  ChipDescription description() {
    return description;
  }

  // What it told

  boolean interruptRequested(int cpu) {
    return interrupts[cpu];
  }

  boolean apicEnabled(int cpu) {
    return enabled[cpu];
  }

  boolean decodes(int cpu, long address) {
    long page = address & -PAGE_SIZE;
    return page == pages[cpu] || isIoApic(page) || isInWindow(address);
  }

  private boolean isIoApic(long page) {
    for (int i = 0; i < description.ioApics().size(); i++) {
      if (description.ioApics().get(i).address() == page) {
        return true;
      }
    }
    return false;
  }

  /** A window always comes to the chip, whatever is placed there at the moment. */
  private boolean isInWindow(long address) {
    for (int i = 0; i < description.functions().size(); i++) {
      long window = description.functions().get(i).window();
      long offset = address - window;
      if (window != 0 && offset >= 0 && offset < PciFunction.WINDOW_SIZE) {
        return true;
      }
    }
    return false;
  }

  long nextEvent() {
    return next;
  }

  // Requests

  void reset() {
    writes.clear();
    now = 0;
    next = Long.MAX_VALUE;
    Arrays.fill(interrupts, false);
    Arrays.fill(enabled, description.hasLocalApics());
    Arrays.fill(pages, description.hasLocalApics() ? ApicBase.DEFAULT_ADDRESS : NO_PAGE);
    request(Verbs.RESET);
    done();
  }

  void init(int cpu) {
    request(Verbs.INIT).hex(cpu);
    done();
  }

  long read(int cpu, long address, int width) {
    request(Verbs.READ).hex(cpu).hex(address).hex(width);
    return value();
  }

  void write(int cpu, long address, int width, long value) {
    request(Verbs.WRITE).hex(cpu).hex(address).hex(width).hex(low(value, width));
    done();
  }

  long in(int cpu, int port, int width) {
    request(Verbs.IN).hex(cpu).hex(port).hex(width);
    return value();
  }

  void out(int cpu, int port, int width, int value) {
    request(Verbs.OUT).hex(cpu).hex(port).hex(width).hex(low(value, width));
    done();
  }

  long rdmsr(int cpu, int msr) {
    request(Verbs.RDMSR).hex(cpu).hex(Integer.toUnsignedLong(msr));
    return value();
  }

  void wrmsr(int cpu, int msr, long value) {
    request(Verbs.WRMSR).hex(cpu).hex(Integer.toUnsignedLong(msr)).hex(value);
    done();
  }

  int cr8(int cpu) {
    request(Verbs.CR8).hex(cpu);
    return (int) value();
  }

  void setCr8(int cpu, int value) {
    request(Verbs.SETCR8).hex(cpu).hex(value);
    done();
  }

  int acknowledge(int cpu) {
    request(Verbs.ACK).hex(cpu);
    return (int) value() & LAST_VECTOR;
  }

  /** Acknowledge cycles of the 8259 pair of a chip without local APICs. */
  int acknowledgePic() {
    request(Verbs.INTA);
    return (int) value() & LAST_VECTOR;
  }

  /** A local APIC ended a level-triggered interrupt; for a chip without local APICs. */
  void endOfInterrupt(int vector) {
    request(Verbs.EOI).hex(vector);
    done();
  }

  void line(int gsi, boolean asserted) {
    request(Verbs.LINE).hex(gsi).bit(asserted);
    done();
  }

  void pin(int cpu, LocalLine line, boolean asserted) {
    request(Verbs.PIN).hex(cpu).word(line.name().toLowerCase(Locale.ROOT)).bit(asserted);
    done();
  }

  void message(int requesterId, long address, int data) {
    request(Verbs.MESSAGE).hex(requesterId & REQUESTER).hex(address);
    link.out().hex(Integer.toUnsignedLong(data));
    done();
  }

  void function(int requesterId, int number, boolean pending) {
    request(Verbs.FUNCTION).hex(requesterId & REQUESTER).hex(number).bit(pending);
    done();
  }

  void supply(int vector) {
    request(Verbs.SUPPLY).hex(vector);
    done();
  }

  void timeStampCounter(int cpu, long value) {
    request(Verbs.TSC).hex(cpu).hex(value);
    done();
  }

  /** Moves time; the chip is asked only if something is due. */
  void advanceTo(long nanos) {
    now = Math.max(now, nanos);
    while (description.hasTime() && next <= now) {
      long due = next;
      request(Verbs.ADVANCE);
      done();
      if (next == due) {
        // a chip that names the past again is asked once for each moment
        return;
      }
    }
  }

  private LineWriter request(String verb) {
    LineWriter out = link.out();
    if (description.hasTime()) {
      out.word(Verbs.AT + Long.toHexString(now));
    }
    return out.word(verb);
  }

  private static long low(long value, int width) {
    return width == Long.BYTES ? value : value & ~(-1L << (Byte.SIZE * width));
  }

  private void done() {
    link.done(this::told);
    passWrites();
  }

  private long value() {
    long value = link.value(this::told);
    passWrites();
    return value;
  }

  private void passWrites() {
    for (Runnable write = writes.poll(); write != null; write = writes.poll()) {
      write.run();
    }
  }

  // What it tells

  private void told(String verb, Words words) {
    switch (verb) {
      case Verbs.INTR -> {
        int cpu = cpu(words);
        interrupts[cpu] = words.bit();
        if (interrupts[cpu]) {
          listener.interrupt(cpu);
        }
      }
      case Verbs.NMI -> listener.nmi(cpu(words));
      case Verbs.SMI -> listener.smi(cpu(words));
      case Verbs.INIT -> listener.init(cpu(words));
      case Verbs.SIPI -> listener.startUp(cpu(words), words.hex(LAST_VECTOR));
      case Verbs.APIC -> mode(cpu(words), words);
      case Verbs.NEXT -> next(words);
      case Verbs.WRITE -> deviceWrite(words.hex(REQUESTER), words.hex(), (int) words.hex());
      case Verbs.PIC -> listener.pic(words.bit());
      case Verbs.SEND -> link.reply(Verbs.TAKEN, listener.send(words.hex(), (int) words.hex()));
      default -> throw new ProtocolException("\"" + words + "\" does not belong there");
    }
  }

  private void deviceWrite(int requesterId, long address, int data) {
    writes.add(() -> listener.deviceWrite(requesterId, address, data));
  }

  private int cpu(Words words) {
    return words.hex(interrupts.length - 1);
  }

  private void mode(int cpu, Words words) {
    String mode = words.next();
    switch (mode) {
      case Verbs.XAPIC -> pages[cpu] = words.hex() & -PAGE_SIZE;
      case Verbs.X2APIC, Verbs.OFF -> pages[cpu] = NO_PAGE;
      default -> throw new ProtocolException("there is no mode \"" + words + "\"");
    }
    enabled[cpu] = !mode.equals(Verbs.OFF);
  }

  private void next(Words words) {
    String when = words.next();
    next = when.equals(Verbs.NEVER) ? Long.MAX_VALUE : words.number(when);
  }
}
