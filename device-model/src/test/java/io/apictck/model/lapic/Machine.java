package io.apictck.model.lapic;

import io.apictck.arch.ApicBase;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.Shorthand;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.platform.Feature;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;

/** A reference chipset among processors that only write down what they are told. */
final class Machine implements ChipsetClient {
  final List<String> signals = new ArrayList<>();
  final Chipset chipset;
  private final int processors;
  private long nanos;

  private Machine(ModelConfiguration configuration) {
    processors = configuration.apicIds().size();
    chipset = new ReferenceChipset(configuration, this);
    chipset.reset();
  }

  /** A machine with all features. */
  static Machine of(Integer... apicIds) {
    return new Machine(new ModelConfiguration(List.of(apicIds), EnumSet.allOf(Feature.class)));
  }

  /** A machine without some features. */
  static Machine without(Feature first, Feature... others) {
    return new Machine(
        new ModelConfiguration(List.of(0), EnumSet.complementOf(EnumSet.of(first, others))));
  }

  Machine software() {
    for (int cpu = 0; cpu < processors; cpu++) {
      write(cpu, LapicRegister.SVR, SpuriousInterruptVector.RESET.withEnabled(true).raw());
    }
    return this;
  }

  Machine x2apic() {
    for (int cpu = 0; cpu < processors; cpu++) {
      long base = chipset.rdmsr(cpu, Msr.IA32_APIC_BASE);
      chipset.wrmsr(cpu, Msr.IA32_APIC_BASE, ApicBase.of(base).withExtd(true).raw());
    }
    return this;
  }

  int read(int cpu, LapicRegister register) {
    return read(cpu, register.offset());
  }

  int read(int cpu, int offset) {
    return isX2apic(cpu)
        ? (int) chipset.rdmsr(cpu, Msr.X2APIC_FIRST + (offset >>> 4))
        : (int) chipset.read(cpu, ApicBase.DEFAULT_ADDRESS + offset, 4);
  }

  void write(int cpu, LapicRegister register, int value) {
    if (isX2apic(cpu)) {
      chipset.wrmsr(cpu, register.msr(), Integer.toUnsignedLong(value));
    } else {
      chipset.write(cpu, ApicBase.DEFAULT_ADDRESS + register.offset(), 4, value);
    }
  }

  /** Sends a command from processor 0. */
  void send(InterruptCommand command) {
    if (isX2apic(0)) {
      chipset.wrmsr(0, LapicRegister.ICR.msr(), command.raw());
    } else {
      write(0, LapicRegister.ICR_HIGH, command.high());
      write(0, LapicRegister.ICR, command.low());
    }
  }

  void selfIpi(int vector) {
    send(InterruptCommand.fixed(vector).withShorthand(Shorthand.SELF));
  }

  /** Dispatches a vector on processor 0. */
  void service(int vector) {
    selfIpi(vector);
    chipset.acknowledge(0);
  }

  boolean requests(int cpu, int vector) {
    return bit(cpu, LapicRegister.IRR, vector);
  }

  boolean bit(int cpu, LapicRegister register, int vector) {
    return (read(cpu, register.offset(vector >>> 5)) >>> vector & 1) != 0;
  }

  /** The processors that a vector is pending on. */
  List<Integer> pending(int vector) {
    return IntStream.range(0, processors).filter(cpu -> requests(cpu, vector)).boxed().toList();
  }

  private boolean isX2apic(int cpu) {
    return ApicBase.of(chipset.rdmsr(cpu, Msr.IA32_APIC_BASE)).extd();
  }

  /** Takes and ends all interrupts of processor 0 while time passes; how many there were. */
  int interruptsWithin(long duration) {
    long end = nanos + duration;
    int count = 0;
    do {
      nanos = Math.min(end, chipset.nextEvent());
      chipset.advanceTo(nanos);
      while (chipset.interruptRequested(0)) {
        chipset.acknowledge(0);
        write(0, LapicRegister.EOI, 0);
        count++;
      }
    } while (nanos < end);
    return count;
  }

  @Override
  public void interruptChanged(int cpu) {}

  @Override
  public void nmi(int cpu) {
    signals.add("NMI " + cpu);
  }

  @Override
  public void smi(int cpu) {
    signals.add("SMI " + cpu);
  }

  @Override
  public void init(int cpu) {
    signals.add("INIT " + cpu);
    chipset.init(cpu);
  }

  @Override
  public void startUp(int cpu, int vector) {
    signals.add("SIPI " + cpu + " " + vector);
  }

  @Override
  public void deviceWrite(int requesterId, long address, int data) {}

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long tsc(int cpu) {
    return nanos;
  }

  @Override
  public long nanosAtTsc(int cpu, long tsc) {
    return tsc < 0 ? Long.MAX_VALUE : Math.max(tsc, nanos);
  }
}
