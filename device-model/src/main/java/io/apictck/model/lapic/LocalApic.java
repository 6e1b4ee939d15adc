package io.apictck.model.lapic;

import io.apictck.arch.ApicMode;
import io.apictck.arch.ApicVersion;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;

/**
 * The local APIC of one processor (Intel SDM Vol. 3A, "Advanced Programmable Interrupt Controller
 * (APIC)"): the wiring of its parts, the registers that are plain storage, and what it does with
 * messages.
 *
 * <p>Supported: xAPIC and x2APIC mode, all registers, global and software disable, ExtINT.
 *
 * <p>Not supported: the serial APIC bus with its arbitration and remote read registers, focus
 * processor checking (SVR bit 9 reads as zero), AMD's extended register space.
 *
 * <p>Open points, decided: the ID register is read-only; version 15h; both transitions between
 * globally disabled and xAPIC mode give all registers their reset values; while software-disabled,
 * messages other than NMI, SMI, INIT and start-up are dropped, but what is in IRR already is still
 * dispatched; an external interrupt goes before a pending vector; ExtINT messages are remembered
 * until they are acknowledged; a vector equal to the spurious vector is an ordinary one; the local
 * error of an illegal vector in a message is recorded only if the vector would have been accepted.
 */
public class LocalApic {
  /** Position of the destination in the high half of ICR in xAPIC mode. */
  private static final int XAPIC_DESTINATION_SHIFT = 24;

  /** Bits 7:0 of the version register. */
  static final int VERSION = 0x15;

  final LocalApicWorld world;
  final ApicBaseState base;
  final InterruptQueues queues;
  final LocalVectorTable lvt;
  final LocalInterruptPins pins;
  final ApicTimer timer;
  final ErrorStatusRegister errors;
  final InterruptCommandUnit commands;
  final Destination destination;
  final XapicPage page;
  final X2apicMsrs msrs;

  private final ModelConfiguration configuration;
  private final int cpu;
  private final int initialId;
  int ldr;
  int dfr;
  int svr;
  boolean externalMessage;

  /** For {@link #create} and for tests that plant faults: overridable factories make the parts. */
  LocalApic(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
    this.configuration = configuration;
    this.cpu = cpu;
    this.initialId = configuration.apicIds().get(cpu);
    this.world = world;
    base = newBase(configuration);
    queues = newQueues();
    lvt = newLocalVectorTable(configuration);
    pins = newPins();
    timer = newTimer();
    errors = newErrors();
    commands = newCommands();
    destination = newDestination();
    page = newPage();
    msrs = newMsrs(configuration);
  }

  /** The local APIC of processor {@code cpu}; {@link #powerUp} comes before all else. */
  public static LocalApic create(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
    return new LocalApic(configuration, cpu, world);
  }

  ApicBaseState newBase(ModelConfiguration configuration) {
    return new ApicBaseState(this, configuration);
  }

  InterruptQueues newQueues() {
    return new InterruptQueues();
  }

  LocalVectorTable newLocalVectorTable(ModelConfiguration configuration) {
    return new LocalVectorTable(this, configuration);
  }

  LocalInterruptPins newPins() {
    return new LocalInterruptPins(this);
  }

  ApicTimer newTimer() {
    return new ApicTimer(this);
  }

  ErrorStatusRegister newErrors() {
    return new ErrorStatusRegister(this);
  }

  InterruptCommandUnit newCommands() {
    return new InterruptCommandUnit(this);
  }

  Destination newDestination() {
    return new Destination();
  }

  XapicPage newPage() {
    return new XapicPage(this);
  }

  X2apicMsrs newMsrs(ModelConfiguration configuration) {
    return new X2apicMsrs(this, configuration);
  }

  // Resets.

  /** Power-up and RESET. */
  public void powerUp() {
    base.reset();
    pins.reset();
    resetRegisters();
  }

  /** INIT: as power-up, but ID, mode, page address and pins stay. */
  public void init() {
    resetRegisters();
  }

  void resetRegisters() {
    queues.reset(resetValue(LapicRegister.TPR));
    lvt.reset();
    timer.reset();
    errors.reset(resetValue(LapicRegister.ESR));
    commands.reset();
    ldr = resetValue(LapicRegister.LDR);
    dfr = resetValue(LapicRegister.DFR);
    svr = resetValue(LapicRegister.SVR);
    externalMessage = false;
    world.interruptChanged();
  }

  /** The value of a register after power-up and INIT. */
  int resetValue(LapicRegister register) {
    return register.resetValue();
  }

  /** IA32_APIC_BASE selected another mode. */
  void modeChanged(ApicMode before, ApicMode after) {
    if (after == ApicMode.X2APIC) {
      commands.dropDestination();
    } else {
      resetRegisters();
    }
    world.interruptChanged();
  }

  // What the chipset asks.

  ApicMode mode() {
    return base.mode();
  }

  boolean isBootstrap() {
    return cpu == 0;
  }

  /** Index of the processor. */
  public int cpu() {
    return cpu;
  }

  /** The ID that the hardware gave. */
  public int initialId() {
    return initialId;
  }

  /** Whether it is globally enabled. */
  public boolean isEnabled() {
    return mode() != ApicMode.DISABLED;
  }

  boolean isSoftwareEnabled() {
    return SpuriousInterruptVector.of(svr).enabled();
  }

  /** Whether an address belongs to the register page now. */
  public boolean decodes(long address) {
    return base.decodes(address);
  }

  /** Reads {@code width} bytes at an address that belongs to the register page. */
  public long read(long address, int width) {
    return page.read((int) address & LapicRegister.PAGE_SIZE - 1, width);
  }

  /** Writes {@code width} bytes at an address that belongs to the register page. */
  public void write(long address, int width, long value) {
    page.write((int) address & LapicRegister.PAGE_SIZE - 1, width, value);
  }

  /** Reads IA32_APIC_BASE, IA32_TSC_DEADLINE or a register of x2APIC mode. */
  public long rdmsr(int msr) {
    return switch (msr) {
      case Msr.IA32_APIC_BASE -> base.read();
      case Msr.IA32_TSC_DEADLINE -> {
        requireDeadlineMode();
        yield timer.deadline();
      }
      default -> msrs.read(msr);
    };
  }

  /** Writes IA32_APIC_BASE, IA32_TSC_DEADLINE or a register of x2APIC mode. */
  public void wrmsr(int msr, long value) {
    switch (msr) {
      case Msr.IA32_APIC_BASE -> base.write(value);
      case Msr.IA32_TSC_DEADLINE -> {
        requireDeadlineMode();
        timer.writeDeadline(value);
      }
      default -> msrs.write(msr, value);
    }
  }

  private void requireDeadlineMode() {
    if (!configuration.has(Feature.TSC_DEADLINE)) {
      throw GeneralProtectionException.GP;
    }
  }

  /** CR8. */
  public int cr8() {
    return queues.cr8();
  }

  /** Sets CR8. */
  public void setCr8(int value) {
    queues.setCr8(value);
    world.interruptChanged();
  }

  /** The INTR signal to the processor. */
  public boolean interruptRequested() {
    return externalInterrupt() || queues.deliverable() != InterruptQueues.NONE;
  }

  /** The processor acknowledges an interrupt: its vector. */
  public int acknowledge() {
    if (externalInterrupt()) {
      externalMessage = false;
      int vector = world.acknowledgeExternal();
      world.interruptChanged();
      return vector;
    }
    int vector = queues.deliverable();
    if (vector == InterruptQueues.NONE) {
      return SpuriousInterruptVector.of(svr).vector();
    }
    queues.dispatch(vector);
    world.interruptChanged();
    return vector;
  }

  /** Whether the external interrupt controller asks for attention. */
  boolean externalInterrupt() {
    return externalMessage || pins.externalInterrupt();
  }

  /** Drives a pin or signals a local event. */
  public void setLine(LocalLine line, boolean asserted) {
    switch (line) {
      case LINT0 -> pins.drive(LapicRegister.LVT_LINT0, asserted);
      case LINT1 -> pins.drive(LapicRegister.LVT_LINT1, asserted);
      case PERFORMANCE -> localEvent(LapicRegister.LVT_PERFORMANCE, asserted);
      case THERMAL -> localEvent(LapicRegister.LVT_THERMAL, asserted);
      case CMCI -> localEvent(LapicRegister.LVT_CMCI, asserted);
      case INIT, SMI -> {
        // Pins of the processor.
      }
    }
  }

  private void localEvent(LapicRegister register, boolean signalled) {
    if (signalled) {
      lvt.event(register);
    }
  }

  /** Lets the timer do what is due by now. */
  public void advance() {
    timer.catchUp();
  }

  /** Software set the time-stamp counter: an armed deadline comes at another time. */
  public void timeStampCounterChanged() {
    timer.timeStampCounterChanged();
  }

  // Messages.

  /** Whether a message is for this local APIC; it compares by itself, whatever others do. */
  public boolean isAddressedBy(InterruptMessage message) {
    int id = message.destination();
    return isBroadcast(id) || (message.logical() ? matchesLogical(id) : matchesPhysical(id));
  }

  boolean isBroadcast(int id) {
    return id == InterruptMessage.BROADCAST;
  }

  boolean matchesPhysical(int id) {
    return mode() == ApicMode.X2APIC
        ? destination.matchesX2apicId(initialId, id)
        : destination.matchesXapicId(initialId, id);
  }

  boolean matchesLogical(int id) {
    return mode() == ApicMode.X2APIC
        ? destination.matchesX2apicLogical(logicalId(), id)
        : destination.matchesXapicLogical(dfr >>> 28, logicalId() >>> 24, id);
  }

  /** LDR. */
  int logicalId() {
    return mode() == ApicMode.X2APIC ? destination.logicalX2apicId(initialId) : ldr;
  }

  /** Whether the local APIC reacts to a delivery mode in its present state. */
  public boolean honours(DeliveryMode mode) {
    return switch (mode) {
      case FIXED, LOWEST_PRIORITY, EXT_INT -> isEnabled() && isSoftwareEnabled();
      case SMI, NMI, INIT, STARTUP -> isEnabled();
      case RESERVED_3 -> false;
    };
  }

  /** What lowest-priority arbitration compares. */
  public int arbitrationPriority() {
    return queues.processorPriority();
  }

  /**
   * Takes a message.
   *
   * @return whether it was accepted
   */
  public boolean receive(InterruptMessage message) {
    if (!honours(message.mode())) {
      return false;
    }
    switch (message.mode()) {
      case FIXED, LOWEST_PRIORITY -> {
        return acceptFixed(message.vector(), message.trigger());
      }
      case SMI -> world.smi();
      case NMI -> world.nmi();
      case INIT -> world.init();
      case STARTUP -> world.startUp(message.vector());
      case EXT_INT -> {
        externalMessage = true;
        world.interruptChanged();
      }
      case RESERVED_3 -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Accepts a vector into IRR.
   *
   * @return false if it is illegal
   */
  boolean acceptFixed(int vector, boolean level) {
    if (queues.isIllegal(vector)) {
      errors.record(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
      return false;
    }
    queues.accept(vector, level);
    world.interruptChanged();
    return true;
  }

  /**
   * Sends a fixed IPI in physical destination mode past the interrupt command register.
   *
   * @param apicId an APIC ID as the present mode has it
   */
  public void sendFixed(int vector, int apicId) {
    int destination = mode() == ApicMode.X2APIC ? apicId : apicId << XAPIC_DESTINATION_SHIFT;
    commands.send(InterruptCommand.fixed(vector).withDestination(destination));
  }

  /** The EOI register was written. */
  void endOfInterrupt() {
    int vector = queues.endOfInterrupt();
    if (vector == InterruptQueues.NONE) {
      return;
    }
    if (queues.isLevelTriggered(vector)) {
      pins.endOfInterrupt(vector);
      if (!suppressesBroadcast()) {
        world.endOfInterrupt(vector);
      }
    }
    world.interruptChanged();
  }

  boolean suppressesBroadcast() {
    return SpuriousInterruptVector.of(svr).suppressesEoiBroadcast();
  }

  // Registers.

  /**
   * Reads a register that exists and is readable, as the present mode has it.
   *
   * @param index which of eight, for ISR, TMR and IRR
   */
  int readRegister(LapicRegister register, int index) {
    return switch (register) {
      case ID -> idRegister();
      case VERSION -> version();
      case TPR -> queues.taskPriority();
      case PPR -> queues.processorPriority();
      case LDR -> logicalId();
      case DFR -> dfr;
      case SVR -> svr;
      case ISR -> queues.isrWord(index);
      case TMR -> queues.tmrWord(index);
      case IRR -> queues.irrWord(index);
      case ESR -> errors.read();
      case LVT_CMCI, LVT_TIMER, LVT_THERMAL, LVT_PERFORMANCE, LVT_LINT0, LVT_LINT1, LVT_ERROR ->
          lvt.read(register);
      case ICR -> InterruptCommand.of(commands.command()).low();
      case ICR_HIGH -> InterruptCommand.of(commands.command()).high();
      case INITIAL_COUNT -> timer.initialCount();
      case CURRENT_COUNT -> timer.currentCount();
      case DIVIDE_CONFIGURATION -> timer.divideConfiguration();
      case APR, RRD, EOI, SELF_IPI -> 0;
    };
  }

  /** Writes a register that exists and is writable; 64-bit ICR and SELF IPI do not come here. */
  void writeRegister(LapicRegister register, int value) {
    switch (register) {
      case TPR -> {
        queues.setTaskPriority(value & register.definedBits());
        world.interruptChanged();
      }
      case EOI -> endOfInterrupt();
      case LDR -> ldr = value & register.definedBits();
      case DFR -> dfr = value | ~register.definedBits();
      case SVR -> writeSvr(value);
      case ESR -> errors.write();
      case LVT_CMCI, LVT_TIMER, LVT_THERMAL, LVT_PERFORMANCE, LVT_LINT0, LVT_LINT1, LVT_ERROR ->
          lvt.write(register, value);
      case ICR -> commands.writeLow(value);
      case ICR_HIGH -> commands.writeHigh(value);
      case INITIAL_COUNT -> timer.writeInitialCount(value);
      case DIVIDE_CONFIGURATION -> timer.writeDivideConfiguration(value);
      case ID, VERSION, APR, PPR, RRD, ISR, TMR, IRR, CURRENT_COUNT, SELF_IPI -> {
        // Not writable.
      }
    }
  }

  /** The ID as the mode has it: eight bits at the top in xAPIC mode. */
  int idRegister() {
    return mode() == ApicMode.X2APIC ? initialId : initialId << 24;
  }

  int version() {
    int suppression =
        configuration.has(Feature.EOI_BROADCAST_SUPPRESSION)
            ? ApicVersion.SUPPRESS_EOI_BROADCAST
            : 0;
    return VERSION | configuration.maxLvtEntry() << 16 | suppression;
  }

  void writeSvr(int value) {
    timer.catchUp();
    boolean enabledBefore = isSoftwareEnabled();
    svr = value & svrWritableBits();
    if (enabledBefore && !isSoftwareEnabled()) {
      softwareDisabled();
    }
  }

  /** The bits of SVR that software writes. */
  int svrWritableBits() {
    int bits = LapicRegister.SVR.definedBits();
    return configuration.has(Feature.EOI_BROADCAST_SUPPRESSION)
        ? bits | SpuriousInterruptVector.SUPPRESS_EOI_BROADCAST
        : bits;
  }

  /** Software disable: the entries are masked, IRR and ISR stay as they are. */
  void softwareDisabled() {
    lvt.maskAll();
  }
}
