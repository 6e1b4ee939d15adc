package io.apictck.chip;

import io.apictck.arch.ApicBase;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.Msr;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.LocalLine;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;

/** The chip's side of the protocol: any chipset with local APICs, after the hello. */
final class ChipSession {
  private static final int LAST_VECTOR = 0xFF;
  private static final int LAST_PORT = 0xFFFF;
  private static final int MAX_WIDTH = 8;
  private static final int MAX_GSI = 0xFFFF;
  private static final int REQUESTER = 0xFFFF;
  private static final long OFFSET = 0xFFF;

  private final LineWriter out;
  private final Chipset chipset;
  private final int processors;

  /** INTR and mode of each processor as the host knows them. */
  private final boolean[] interrupts;

  /** Whether INTR is to be told again although it is as before. */
  private final boolean[] raised;

  private final long[] modes;
  private final long[] tscOffsets;
  private long now;
  private long next;

  /** Serves a chipset. */
  ChipSession(LineWriter out, int processors, Function<ChipsetClient, Chipset> factory) {
    this.out = out;
    this.processors = processors;
    interrupts = new boolean[processors];
    raised = new boolean[processors];
    modes = new long[processors];
    tscOffsets = new long[processors];
    chipset = factory.apply(new Client());
  }

  Chipset chipset() {
    return chipset;
  }

  /** Does what a line says; the answer is left in the writer. */
  void serve(Words words) {
    if (words.startsWith(Verbs.AT)) {
      now = Math.max(now, words.number(words.next().substring(1)));
      chipset.advanceTo(now);
    }
    String verb = words.next();
    switch (verb) {
      case Verbs.READ -> ok(read(cpu(words), words.hex(), width(words)));
      case Verbs.WRITE -> {
        write(cpu(words), words.hex(), width(words), words.hex());
        ok();
      }
      case Verbs.IN -> ok(chipset.in(cpu(words), words.hex(LAST_PORT), width(words)));
      case Verbs.OUT -> {
        chipset.out(cpu(words), words.hex(LAST_PORT), width(words), (int) words.hex());
        ok();
      }
      case Verbs.RDMSR -> rdmsr(cpu(words), (int) words.hex());
      case Verbs.WRMSR -> wrmsr(cpu(words), (int) words.hex(), words.hex());
      case Verbs.CR8 -> ok(chipset.cr8(cpu(words)));
      case Verbs.SETCR8 -> {
        chipset.setCr8(cpu(words), words.hex(0xF));
        ok();
      }
      case Verbs.ACK -> ok(chipset.acknowledge(cpu(words)));
      case Verbs.ADVANCE -> ok();
      case Verbs.RESET -> {
        reset();
        ok();
      }
      case Verbs.INIT -> {
        int cpu = cpu(words);
        chipset.init(cpu);
        tellMode(cpu);
        ok();
      }
      case Verbs.LINE -> {
        chipset.setLine(words.hex(MAX_GSI), words.bit());
        ok();
      }
      case Verbs.PIN -> {
        chipset.setLocalLine(cpu(words), pin(words.next()), words.bit());
        ok();
      }
      case Verbs.MESSAGE -> {
        chipset.message(words.hex(REQUESTER), words.hex(), (int) words.hex());
        ok();
      }
      case Verbs.FUNCTION -> {
        chipset.functionInterrupt(words.hex(REQUESTER), words.hex(REQUESTER), words.bit());
        ok();
      }
      case Verbs.SUPPLY -> {
        chipset.supplyVector(words.hex(LAST_VECTOR));
        ok();
      }
      case Verbs.TSC -> {
        int cpu = cpu(words);
        tscOffsets[cpu] = words.hex() - now * ModelConfiguration.TSC_PER_NANO;
        chipset.timeStampCounterChanged(cpu);
        ok();
      }
      default -> throw new ProtocolException("there is no request " + verb);
    }
    words.end();
  }

  /** Ones where a window of a function has nothing. */
  private long read(int cpu, long address, int width) {
    return chipset.decodes(cpu, address)
        ? chipset.read(cpu, address, width)
        : -1L >>> (Long.SIZE - Byte.SIZE * width);
  }

  private void write(int cpu, long address, int width, long value) {
    if (chipset.decodes(cpu, address)) {
      chipset.write(cpu, address, width, value);
    }
  }

  private void reset() {
    now = 0;
    next = Long.MAX_VALUE;
    Arrays.fill(interrupts, false);
    Arrays.fill(raised, false);
    Arrays.fill(tscOffsets, 0);
    chipset.reset();
    for (int cpu = 0; cpu < processors; cpu++) {
      modes[cpu] = ApicBase.DEFAULT_ADDRESS;
      tellMode(cpu);
    }
  }

  private void rdmsr(int cpu, int msr) {
    try {
      ok(chipset.rdmsr(cpu, msr));
    } catch (GeneralProtectionException e) {
      tell();
      out.word(Verbs.GP).end();
    }
  }

  private void wrmsr(int cpu, int msr, long value) {
    try {
      chipset.wrmsr(cpu, msr, value);
      if (msr == Msr.IA32_APIC_BASE) {
        tellMode(cpu);
      }
      ok();
    } catch (GeneralProtectionException e) {
      tell();
      out.word(Verbs.GP).end();
    }
  }

  private void ok() {
    tell();
    out.word(Verbs.OK).end();
  }

  private void ok(long value) {
    tell();
    out.word(Verbs.OK).hex(value).end();
  }

  /** What changed. */
  private void tell() {
    for (int cpu = 0; cpu < processors; cpu++) {
      boolean requested = chipset.interruptRequested(cpu);
      if (requested != interrupts[cpu] || (requested && raised[cpu])) {
        out.word(Verbs.INTR).hex(cpu).bit(requested).end();
      }
      interrupts[cpu] = requested;
      raised[cpu] = false;
    }
    long due = chipset.nextEvent();
    if (due != next) {
      next = due;
      out.word(Verbs.NEXT);
      out.word(due == Long.MAX_VALUE ? Verbs.NEVER : Long.toHexString(due)).end();
    }
  }

  /** Tells mode and page of a local APIC if they changed. */
  private void tellMode(int cpu) {
    long base = chipset.rdmsr(cpu, Msr.IA32_APIC_BASE) & ~OFFSET;
    boolean enabled = chipset.apicEnabled(cpu);
    // neither value is a page
    long mode = !enabled ? 1 : chipset.decodes(cpu, base) ? base : 2;
    if (mode == modes[cpu]) {
      return;
    }
    modes[cpu] = mode;
    out.word(Verbs.APIC).hex(cpu);
    if (!enabled) {
      out.word(Verbs.OFF).end();
    } else if (mode == base) {
      out.word(Verbs.XAPIC).hex(base).end();
    } else {
      out.word(Verbs.X2APIC).end();
    }
  }

  private int cpu(Words words) {
    return words.hex(processors - 1);
  }

  private static int width(Words words) {
    return words.hex(MAX_WIDTH);
  }

  private static LocalLine pin(String name) {
    for (LocalLine line : LocalLine.values()) {
      if (line.name().toLowerCase(Locale.ROOT).equals(name)) {
        return line;
      }
    }
    throw new ProtocolException("there is no pin " + name);
  }

  /** The processors, at the other end of the wire. */
  private final class Client implements ChipsetClient {
    @Override
    public void interruptChanged(int cpu) {
      raised[cpu] = true;
    }

    @Override
    public void nmi(int cpu) {
      out.word(Verbs.NMI).hex(cpu).end();
    }

    @Override
    public void smi(int cpu) {
      out.word(Verbs.SMI).hex(cpu).end();
    }

    @Override
    public void init(int cpu) {
      out.word(Verbs.INIT).hex(cpu).end();
    }

    @Override
    public void startUp(int cpu, int vector) {
      out.word(Verbs.SIPI).hex(cpu).hex(vector).end();
    }

    @Override
    public void deviceWrite(int requesterId, long address, int data) {
      if (MessageAddress.contains(address)) {
        chipset.message(requesterId, address, data);
      } else {
        out.word(Verbs.WRITE).hex(requesterId).hex(address).hex(Integer.toUnsignedLong(data)).end();
      }
    }

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public long tsc(int cpu) {
      return now * ModelConfiguration.TSC_PER_NANO + tscOffsets[cpu];
    }

    @Override
    public long nanosAtTsc(int cpu, long tsc) {
      long counter = tsc(cpu);
      if (Long.compareUnsigned(tsc, counter) <= 0) {
        return now;
      }
      long ticks = tsc - counter;
      if (ticks < 0) {
        return Long.MAX_VALUE;
      }
      long nanos = Math.ceilDiv(ticks, ModelConfiguration.TSC_PER_NANO);
      return nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos;
    }
  }
}
