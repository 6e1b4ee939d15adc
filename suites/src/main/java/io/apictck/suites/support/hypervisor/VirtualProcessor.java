package io.apictck.suites.support.hypervisor;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.arch.Shorthand;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Cpu;
import io.apictck.machine.ExitHandler;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A virtual processor under the hypervisor: its VM exits are counted and dealt with. Its host takes
 * no interrupts; while the guest runs they make it exit, unless the guest has the physical local
 * APIC.
 */
public final class VirtualProcessor {
  /** The host's vector that makes another processor exit, so that it looks for requests. */
  public static final int KICK = 0xF3;

  /** The host's vector of the timer that stands for that of the guest. */
  private static final int HOST_TIMER = 0xF4;

  private static final int XAPIC_ID_SHIFT = 24;

  private final VirtualMachine machine;
  private final Cpu host;
  private final int id;
  private final ApicGuest guest;
  private final EmulatedLocalApic apic;
  private final Map<Integer, Integer> routes = new HashMap<>();
  private Technique technique;
  private boolean x2apic;
  private long emulatedRead;

  VirtualProcessor(VirtualMachine machine, Cpu host, int id) {
    this.machine = machine;
    this.host = host;
    this.id = id;
    // pass-through begins when the guest asks for it
    technique =
        machine.technique() == Technique.PASS_THROUGH
            ? Technique.TRAP_AND_EMULATE
            : machine.technique();
    x2apic = technique == Technique.TRAP_AND_EMULATE_X2APIC;
    guest = ApicGuest.of(host, technique.controls().toArray(VmxControl[]::new));
    apic = new EmulatedLocalApic(id);
    guest.page().write(VirtualApicPage.ID, id << XAPIC_ID_SHIFT);
    guest.descriptor().setControl(notification());
    MsrIntercepts.emulated(vcpu());
    if (x2apic) {
      guest
          .guest()
          .lapic()
          .assume(ApicBase.of(ApicBase.DEFAULT_ADDRESS | ApicBase.EN | ApicBase.EXTD));
    }
    take(ExitReason.APIC_ACCESS, this::accessed);
    take(ExitReason.APIC_WRITE, this::written);
    take(ExitReason.RDMSR, this::reads);
    take(ExitReason.WRMSR, this::writes);
    take(ExitReason.EXTERNAL_INTERRUPT, this::interrupted);
    take(ExitReason.INTERRUPT_WINDOW, exit -> {});
    take(ExitReason.TPR_BELOW_THRESHOLD, exit -> {});
    take(ExitReason.INIT_SIGNAL, exit -> {});
  }

  private long notification() {
    return PostedInterruptDescriptor.control(
        ApicGuest.NOTIFICATION_VECTOR, host.apicId(), host.lapic().mode() == ApicMode.X2APIC);
  }

  /** Deals with a VM exit; the guest goes on afterwards. */
  @FunctionalInterface
  private interface Emulation {
    void apply(VmExit exit);
  }

  private void take(ExitReason reason, Emulation emulation) {
    ExitHandler handler =
        (vcpu, exit) -> {
          machine.count(reason);
          emulation.apply(exit);
          prepareEntry();
          vcpu.resume();
        };
    vcpu().onExit(reason, handler);
  }

  /** The virtual processor. */
  public Vcpu vcpu() {
    return guest.vcpu();
  }

  /** The guest side. */
  public Cpu cpu() {
    return guest.guest();
  }

  /** The processor that it runs on. */
  public Cpu host() {
    return host;
  }

  /** Its structures. */
  public ApicGuest guest() {
    return guest;
  }

  /** Its APIC ID, as the guest knows it. */
  public int id() {
    return id;
  }

  /** Whether the guest has the physical local APIC. */
  public boolean passesThrough() {
    return technique == Technique.PASS_THROUGH;
  }

  /** Interrupts of the host with a vector are the guest's with another one. */
  public void route(int hostVector, int guestVector) {
    routes.put(hostVector, guestVector);
  }

  /** What the guest reads; emulated if it exits. */
  public int reads(LapicRegister register) {
    emulatedRead = -1;
    Instruction reading = cpu().lapic().reading(register);
    long physical = cpu().run(reading)[0];
    return (int) (emulatedRead < 0 ? physical : emulatedRead);
  }

  // ---- accesses ----

  private void accessed(VmExit exit) {
    Instruction instruction = exit.instruction();
    switch (instruction) {
      case Instruction.Load(long address, int _) ->
          emulatedRead = Integer.toUnsignedLong(apic.read(offset(address), x2apic));
      case Instruction.Store(long address, int _, long value) -> write(offset(address), value);
      default -> throw new IllegalStateException("a hypervisor that knows no " + instruction);
    }
    skip(exit, instruction);
  }

  private int offset(long address) {
    return (int) (address - guest.accessPage());
  }

  private void written(VmExit exit) {
    int offset = (int) exit.qualification();
    write(offset, Integer.toUnsignedLong(guest.page().read(offset)));
  }

  private void reads(VmExit exit) {
    Instruction instruction = exit.instruction();
    if (!(instruction instanceof Instruction.Rdmsr(int msr))) {
      throw new IllegalStateException("RDMSR exits, but the guest is at " + instruction);
    }
    emulatedRead = Integer.toUnsignedLong(apic.read(offset(msr), x2apic));
    skip(exit, instruction);
  }

  private void writes(VmExit exit) {
    Instruction instruction = exit.instruction();
    if (!(instruction instanceof Instruction.Wrmsr(int msr, long value))) {
      throw new IllegalStateException("WRMSR exits, but the guest is at " + instruction);
    }
    if (msr == Msr.IA32_APIC_BASE) {
      changeMode(ApicBase.of(value));
    } else {
      write(offset(msr), value);
    }
    skip(exit, instruction);
  }

  private static int offset(int msr) {
    return (msr - Msr.X2APIC_FIRST) << 4;
  }

  private void skip(VmExit exit, Instruction instruction) {
    vcpu().write(VmcsField.GUEST_RIP, exit.rip() + instruction.machineCode().body().length);
  }

  private void write(int offset, long value) {
    if (offset == LapicRegister.ICR.offset()) {
      send(InterruptCommand.of(x2apic ? value : value | destination() << Integer.SIZE));
    } else if (offset == LapicRegister.SELF_IPI.offset()) {
      send(InterruptCommand.fixed((int) value).withShorthand(Shorthand.SELF));
    } else {
      apic.write(offset, (int) value);
      if (offset == LapicRegister.INITIAL_COUNT.offset()) {
        startTimer((int) value);
      }
    }
  }

  private long destination() {
    int high =
        technique.processorDelivers()
            ? guest.page().read(VirtualApicPage.VICR_HI)
            : apic.read(LapicRegister.ICR_HIGH.offset(), false);
    return Integer.toUnsignedLong(high >>> XAPIC_ID_SHIFT);
  }

  private void startTimer(int count) {
    host.lapic().startTimer(TimerMode.ONE_SHOT, HOST_TIMER, TimerDivide.BY_1, count);
  }

  private void changeMode(ApicBase base) {
    if (base.mode() == ApicMode.X2APIC && machine.technique() == Technique.PASS_THROUGH) {
      passThrough();
    }
  }

  /** The switch of ACRN: the emulated local APIC is reset, and the guest gets the physical one. */
  private void passThrough() {
    apic.reset();
    host.lapic().enterX2apic();
    vcpu().write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0);
    vcpu()
        .clear(
            VmxControl.EXTERNAL_INTERRUPT_EXITING,
            VmxControl.NMI_EXITING,
            VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT,
            VmxControl.INTERRUPT_WINDOW_EXITING,
            VmxControl.HLT_EXITING,
            VmxControl.VIRTUALIZE_APIC_ACCESSES);
    MsrIntercepts.passedThrough(vcpu());
    technique = Technique.PASS_THROUGH;
    x2apic = true;
  }

  // ---- interrupts ----

  private void send(InterruptCommand command) {
    if (passesThrough() && command.logical() && !machine.passesThrough()) {
      // logical IDs are not settled
      return;
    }
    Set<DeliveryMode> notForwarded = EnumSet.of(DeliveryMode.INIT, DeliveryMode.STARTUP);
    for (VirtualProcessor target : machine.targets(this, command)) {
      if (!passesThrough()) {
        target.requestFrom(this, command.vector());
      } else if (target.passesThrough() && !notForwarded.contains(command.deliveryMode())) {
        host.lapic()
            .send(
                InterruptCommand.of(command.deliveryMode(), command.vector())
                    .withDestination(target.host.apicId()));
      }
    }
  }

  private void requestFrom(VirtualProcessor sender, int vector) {
    if (sender != this && technique.posts()) {
      guest.descriptor().by(sender.host).request(vector);
      guest.descriptor().by(sender.host).setControl(notification() | PostedInterruptDescriptor.ON);
      sender.host.lapic().sendIpi(host, ApicGuest.NOTIFICATION_VECTOR);
      return;
    }
    apic.request(vector);
    if (sender != this) {
      sender.host.lapic().sendIpi(host, KICK);
    }
  }

  private void interrupted(VmExit exit) {
    int vector = exit.interruption().vector();
    host.lapic().eoi();
    switch (vector) {
      case KICK -> {}
      case HOST_TIMER -> apic.request(apic.timer().vector());
      default -> {
        Integer own = routes.get(vector);
        if (own == null) {
          throw new AssertionError("an interrupt with vector %xh is nobody's".formatted(vector));
        }
        apic.request(own);
      }
    }
  }

  private void prepareEntry() {
    if (passesThrough()) {
      return;
    }
    if (technique.processorDelivers()) {
      requestVirtually();
    } else {
      inject();
    }
  }

  private void requestVirtually() {
    VectorSet requests = guest.page().virr();
    int rvi = guest.rvi();
    boolean changed = false;
    for (int vector = apic.takeRequest(); vector != VectorSet.NONE; vector = apic.takeRequest()) {
      requests.add(vector);
      rvi = Math.max(rvi, vector);
      changed = true;
    }
    if (changed) {
      guest.page().setVirr(requests);
      guest.setInterruptStatus(rvi, guest.svi());
    }
  }

  private void inject() {
    int taskPriority =
        technique.shadowsTaskPriority()
            ? guest.page().vtpr()
            : apic.read(LapicRegister.TPR.offset(), false);
    int vector = apic.deliverable(taskPriority);
    boolean waits = vector != VectorSet.NONE;
    if (waits && canTakeInterrupt()) {
      apic.acknowledge(vector);
      vcpu()
          .write(
              VmcsField.ENTRY_INTERRUPTION_INFORMATION,
              Integer.toUnsignedLong(
                  InterruptionInformation.of(InterruptionType.EXTERNAL_INTERRUPT, vector).raw()));
      waits = apic.deliverable(taskPriority) != VectorSet.NONE;
    }
    requestWindow(waits);
    if (technique == Technique.FLEX_PRIORITY) {
      int masked = waits ? 0 : Math.max(apic.highestRequest(), 0) >>> 4;
      vcpu().write(VmcsField.TPR_THRESHOLD, Math.min(masked, taskPriority >>> 4 & 0xF));
    }
  }

  private boolean canTakeInterrupt() {
    return (vcpu().read(VmcsField.GUEST_RFLAGS) & Rflags.IF) != 0
        && (vcpu().read(VmcsField.GUEST_INTERRUPTIBILITY_STATE) & 3) == 0;
  }

  private void requestWindow(boolean open) {
    VmxControl control = VmxControl.INTERRUPT_WINDOW_EXITING;
    if (control.in(vcpu().controls(control.vector())) != open) {
      if (open) {
        vcpu().set(control);
      } else {
        vcpu().clear(control);
      }
    }
  }
}
