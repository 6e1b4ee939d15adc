package io.apictck.machine;

import static io.apictck.arch.LapicRegister.DIVIDE_CONFIGURATION;
import static io.apictck.arch.LapicRegister.EOI;
import static io.apictck.arch.LapicRegister.ESR;
import static io.apictck.arch.LapicRegister.ICR;
import static io.apictck.arch.LapicRegister.ICR_HIGH;
import static io.apictck.arch.LapicRegister.ID;
import static io.apictck.arch.LapicRegister.INITIAL_COUNT;
import static io.apictck.arch.LapicRegister.IRR;
import static io.apictck.arch.LapicRegister.ISR;
import static io.apictck.arch.LapicRegister.LVT_TIMER;
import static io.apictck.arch.LapicRegister.PPR;
import static io.apictck.arch.LapicRegister.SELF_IPI;
import static io.apictck.arch.LapicRegister.SVR;
import static io.apictck.arch.LapicRegister.TMR;
import static io.apictck.arch.LapicRegister.TPR;
import static io.apictck.arch.LapicRegister.VERSION;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.ApicVersion;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.Shorthand;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.arch.VectorSet;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * Driver of one processor's local APIC: the same calls in xAPIC mode (loads and stores) and in
 * x2APIC mode (RDMSR and WRMSR).
 *
 * <p>It follows the mode and the page address from the writes to IA32_APIC_BASE that the processor
 * made.
 */
public final class LocalApic {
  private final Cpu cpu;
  private ApicBase base = ApicBase.of(ApicBase.DEFAULT_ADDRESS | ApicBase.EN);

  LocalApic(Cpu cpu) {
    this.cpu = cpu;
  }

  /** The processor it belongs to. */
  public Cpu cpu() {
    return cpu;
  }

  /** The mode that software put it in. */
  public ApicMode mode() {
    return base.mode();
  }

  /** Physical address of the register page, as software set it. */
  public long address() {
    return base.address();
  }

  /** Physical address of a register in xAPIC mode. */
  public long address(LapicRegister register) {
    return base.address() + register.offset();
  }

  void noticeModeChange(Instruction instruction) {
    if (instruction instanceof Instruction.Wrmsr(int msr, long value)
        && msr == Msr.IA32_APIC_BASE) {
      base = ApicBase.of(value);
    }
  }

  /** The mode and the page address that a guest finds, where a hypervisor chose them. */
  public void assume(ApicBase found) {
    base = found;
  }

  ApicBase base() {
    return base;
  }

  void machineWasReset() {
    base = ApicBase.of(ApicBase.DEFAULT_ADDRESS | ApicBase.EN);
  }

  void processorWasReset() {
    // INIT keeps IA32_APIC_BASE
  }

  // ---- instructions, for blocks ----

  /** The instruction that reads the register at a page offset in the current mode. */
  public Instruction reading(int offset) {
    return mode() == ApicMode.X2APIC
        ? new Instruction.Rdmsr(Msr.X2APIC_FIRST + (offset >>> 4))
        : new Instruction.Load(address() + offset, 4);
  }

  /** The instruction that writes the register at a page offset in the current mode. */
  public Instruction writing(int offset, long value) {
    return mode() == ApicMode.X2APIC
        ? new Instruction.Wrmsr(Msr.X2APIC_FIRST + (offset >>> 4), value)
        : new Instruction.Store(address() + offset, 4, value & 0xFFFF_FFFFL);
  }

  /** The instruction that reads a register in the current mode. */
  public Instruction reading(LapicRegister register) {
    return reading(register.offset());
  }

  /** The instruction that writes a register in the current mode. */
  public Instruction writing(LapicRegister register, long value) {
    return writing(register.offset(), value);
  }

  /** The instruction that writes EOI. */
  public Instruction endingInterrupt() {
    return writing(EOI, 0);
  }

  /**
   * The instructions that send an IPI. The destination is always in bits 63:32 of {@code command};
   * in xAPIC mode its lowest byte is used.
   */
  public List<Instruction> sending(InterruptCommand command) {
    if (mode() == ApicMode.X2APIC) {
      return List.of(new Instruction.Wrmsr(ICR.msr(), command.raw()));
    }
    return List.of(
        writing(ICR_HIGH, (command.destination() & 0xFFL) << 24),
        writing(ICR, command.low() & 0xFFFF_FFFFL));
  }

  // ---- registers ----

  /** Reads a 32-bit register. */
  public int read(LapicRegister register) {
    return read(register, 0);
  }

  /** Reads register {@code number} of ISR, TMR or IRR. */
  public int read(LapicRegister register, int number) {
    return (int) readOffset(register.offset(number));
  }

  /** Reads whatever is at a page offset: 32 bits in xAPIC mode, 64 in x2APIC mode. */
  public long readOffset(int offset) {
    return mode() == ApicMode.X2APIC
        ? cpu.rdmsr(Msr.X2APIC_FIRST + (offset >>> 4))
        : cpu.read32(address() + offset) & 0xFFFF_FFFFL;
  }

  /** Writes a 32-bit register. */
  public void write(LapicRegister register, int value) {
    cpu.run(writing(register, value & 0xFFFF_FFFFL));
  }

  /** The APIC ID: 8 bits in xAPIC mode, 32 in x2APIC mode. */
  public int id() {
    int raw = read(ID);
    return mode() == ApicMode.X2APIC ? raw : raw >>> 24;
  }

  /** Version register. */
  public ApicVersion version() {
    return ApicVersion.of(read(VERSION));
  }

  /** Task priority. */
  public int tpr() {
    return read(TPR);
  }

  /** Sets the task priority, 0 to FFh. */
  public void setTpr(int value) {
    write(TPR, value);
  }

  /** Processor priority. */
  public int ppr() {
    return read(PPR);
  }

  /** Spurious-interrupt vector register. */
  public SpuriousInterruptVector svr() {
    return SpuriousInterruptVector.of(read(SVR));
  }

  /** Sets the spurious-interrupt vector register. */
  public void setSvr(SpuriousInterruptVector value) {
    write(SVR, value.raw());
  }

  /** Software enable or disable; the spurious vector is FFh. */
  public void setEnabled(boolean enabled) {
    setSvr(SpuriousInterruptVector.RESET.withEnabled(enabled));
  }

  /** An entry of the local vector table. */
  public LvtEntry lvt(LapicRegister entry) {
    return LvtEntry.of(read(entry));
  }

  /** Sets an entry of the local vector table. */
  public void setLvt(LapicRegister entry, LvtEntry value) {
    write(entry, value.raw());
  }

  /** Interrupt requests. */
  public VectorSet irr() {
    return vectors(IRR);
  }

  /** Interrupts in service. */
  public VectorSet isr() {
    return vectors(ISR);
  }

  /** Trigger modes: members were accepted level-triggered. */
  public VectorSet tmr() {
    return vectors(TMR);
  }

  private VectorSet vectors(LapicRegister register) {
    List<Instruction> block = new ArrayList<>(register.count());
    for (int i = 0; i < register.count(); i++) {
      block.add(reading(register.offset(i)));
    }
    long[] values = cpu.run(block);
    int stride = values.length / register.count();
    VectorSet set = new VectorSet();
    for (int i = 0; i < register.count(); i++) {
      set.setWord(i, (int) values[i * stride]);
    }
    return set;
  }

  /** Writes zero to EOI. */
  public void eoi() {
    cpu.run(endingInterrupt());
  }

  /** Latches and reads the error status register: a write of zero, then a read. */
  public int latchErrors() {
    write(ESR, 0);
    return read(ESR);
  }

  // ---- IPIs ----

  /** Sends an IPI; the destination is in bits 63:32 of {@code command} in both modes. */
  public void send(InterruptCommand command) {
    cpu.run(sending(command));
  }

  /** Sends a Fixed IPI to this processor by the self shorthand of the ICR. */
  public void sendSelfIpi(int vector) {
    send(InterruptCommand.fixed(vector).withShorthand(Shorthand.SELF));
  }

  /** Sends a Fixed IPI to a processor by its APIC ID. */
  public void sendIpi(Cpu target, int vector) {
    send(InterruptCommand.fixed(vector).withDestination(target.apicId()));
  }

  /** Writes the SELF IPI register; x2APIC mode only. */
  public void writeSelfIpiRegister(int vector) {
    cpu.wrmsr(SELF_IPI.msr(), vector);
  }

  // ---- mode ----

  /** Goes to x2APIC mode from xAPIC mode. */
  public void enterX2apic() {
    cpu.setApicBase(cpu.apicBase().withMode(ApicMode.X2APIC));
  }

  /** Disables the local APIC globally. */
  public void disableGlobally() {
    cpu.setApicBase(cpu.apicBase().withMode(ApicMode.DISABLED));
  }

  /** Goes to xAPIC mode from the disabled state. */
  public void enterXapic() {
    cpu.setApicBase(cpu.apicBase().withMode(ApicMode.XAPIC));
  }

  // ---- timer ----

  /**
   * Programs an unmasked timer: divider, mode and vector, then the initial count, which starts it.
   */
  public void startTimer(TimerMode mode, int vector, TimerDivide divide, int initialCount) {
    write(DIVIDE_CONFIGURATION, divide.code());
    setLvt(LVT_TIMER, LvtEntry.fixed(vector).withTimerMode(mode));
    write(INITIAL_COUNT, initialCount);
  }

  /** Stops the timer and masks its entry. */
  public void stopTimer() {
    write(INITIAL_COUNT, 0);
    setLvt(LVT_TIMER, LvtEntry.RESET);
  }

  /** Current count, unsigned. */
  public long currentCount() {
    return read(LapicRegister.CURRENT_COUNT) & 0xFFFF_FFFFL;
  }

  /** The registers that decide about delivery, read now: for failure texts. */
  String summary() {
    if (mode() == ApicMode.DISABLED || cpu.waitsForSipi() || cpu.hasUntakenInterrupt()) {
      return "its local APIC is in mode " + mode();
    }
    try {
      return "SVR="
          + Hex.dword(svr().raw())
          + ", TPR="
          + Hex.vector(tpr())
          + ", PPR="
          + Hex.vector(ppr())
          + ", IRR="
          + irr()
          + ", ISR="
          + isr()
          + ", IF="
          + (cpu.interruptsEnabled() ? 1 : 0);
    } catch (AssertionError e) {
      return "its local APIC does not answer: " + e.getMessage();
    }
  }
}
