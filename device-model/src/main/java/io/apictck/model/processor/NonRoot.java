package io.apictck.model.processor;

import io.apictck.arch.ControlFlow;
import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.model.processor.paging.MemoryAccess;
import io.apictck.model.processor.paging.Translation;
import io.apictck.model.processor.vmx.ApicOutcome;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.Vmcs;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import java.util.Objects;

/**
 * VMX non-root operation of one processor, its boundaries and its VM exits (Intel SDM Vol. 3C, "VMX
 * Non-Root Operation", "VM Exits"). It serves one guest after the other: {@link #enter} begins
 * anew.
 *
 * <p>SMIs enter system management as outside of guests; there nothing exits.
 *
 * <p>Decisions that the manual leaves open: INIT, NMI and SMI that arrive in the wait-for-SIPI
 * state stay pending. RF is never saved as 1.
 */
final class NonRoot {
  /** BS in the exit qualification and in the pending debug exceptions. */
  private static final long SINGLE_STEP = 1 << 14;

  private static final int NO_VECTOR = -1;

  private final Vmx vmx;
  private final Processor processor;
  private final VmxDecisions decisions;
  private final Boundary[] priority;
  private final GuestDelivery delivery;
  private final GuestInstructions instructions;

  private VmcsRegion region;
  private Vmcs vmcs;
  private GuestControls controls;

  /** The block that ended in the VM entry. */
  private long block;

  private boolean virtualNmiBlocked;
  private boolean monitorTrap;

  /** Linear address of the latest page fault. */
  private long faultAddress;

  /** Whether the IRET that is executed at the moment has ended NMI blocking. */
  private boolean iretUnblockedNmi;

  NonRoot(Vmx vmx) {
    this.vmx = vmx;
    this.processor = vmx.processor();
    this.decisions = vmx.decisions();
    priority = vmx.priority();
    delivery = new GuestDelivery(this);
    instructions = new GuestInstructions(this);
  }

  /** The guest state is about to be loaded. */
  void enter(VmcsRegion entered, long blockOfEntry) {
    region = entered;
    vmcs = entered.data();
    controls = entered.controls();
    block = blockOfEntry;
    monitorTrap = false;
    iretUnblockedNmi = false;
    faultAddress = 0;
    vmx.space().enter(vmcs);
  }

  /** The guest state is loaded: injection, and what comes before the first boundary. */
  void begin() {
    if (controls.virtualizesApic()) {
      apic().enter(vmcs);
    }
    InterruptionInformation event =
        InterruptionInformation.of((int) vmcs.get(VmcsField.ENTRY_INTERRUPTION_INFORMATION));
    if (event.valid() && !inject(event)) {
      return;
    }
    if (controls.shadowsTpr()
        && processor.activity() != Activity.SHUT_DOWN
        && processor.activity() != Activity.WAIT_FOR_SIPI
        && apic().tprBelowThresholdAtEntry()) {
      exit(VmExit.of(ExitReason.TPR_BELOW_THRESHOLD));
    }
  }

  private boolean inject(InterruptionInformation event) {
    if (event.type() == InterruptionType.OTHER_EVENT) {
      processor.endWait();
      monitorTrap = true;
      return true;
    }
    if (event.type() == InterruptionType.EXTERNAL_INTERRUPT && notifiesUser(event.vector())) {
      processor.endWait();
      return processesNotification(event.vector());
    }
    int length =
        switch (event.type()) {
          case SOFTWARE_INTERRUPT, PRIVILEGED_SOFTWARE_EXCEPTION, SOFTWARE_EXCEPTION ->
              (int) vmcs.get(VmcsField.ENTRY_INSTRUCTION_LENGTH);
          default -> 0;
        };
    int errorCode = event.hasErrorCode() ? (int) vmcs.get(VmcsField.ENTRY_EXCEPTION_ERROR_CODE) : 0;
    return delivery.deliver(new GuestEvent(event, errorCode, length));
  }

  // What instructions see

  Processor processor() {
    return processor;
  }

  VmxDecisions decisions() {
    return decisions;
  }

  Vmx vmx() {
    return vmx;
  }

  Vmcs vmcs() {
    return vmcs;
  }

  GuestControls controls() {
    return controls;
  }

  GuestContexts contexts() {
    return region.guest();
  }

  GuestDelivery delivery() {
    return delivery;
  }

  ApicVirtualization apic() {
    return vmx.apic();
  }

  GuestAddressSpace space() {
    return vmx.space();
  }

  /** An access has a page fault; it is known only later whether it exits. */
  int pageFault(long linear, int errorCode) {
    faultAddress = linear;
    return Fault.pageFault(errorCode);
  }

  /** An address that an instruction accesses is not translated; gives a {@link Fault}. */
  int fault(Context context, Translation failed, long linear) {
    if (failed instanceof Translation.PageFault(int errorCode)) {
      return pageFault(linear, errorCode);
    }
    exitBefore(context, exitFor(failed, linear, false));
    return Fault.SWITCHED;
  }

  void setVirtualNmiBlocked(boolean blocked) {
    virtualNmiBlocked = blocked;
  }

  /** An NMI is delivered. */
  void blockNmi() {
    if (controls.virtualNmis()) {
      virtualNmiBlocked = true;
    } else {
      processor.setNmiBlocked(true);
    }
  }

  /** IRET has begun. */
  void unblockNmi() {
    if (!decisions.iretUnblocksNmi(vmcs)) {
      return;
    }
    if (controls.virtualNmis()) {
      iretUnblockedNmi = virtualNmiBlocked;
      virtualNmiBlocked = false;
    } else {
      iretUnblockedNmi = processor.nmiBlocked();
      processor.setNmiBlocked(false);
    }
  }

  /** A block has begun. */
  void started(Context context, int size) {
    region.guest().locate(context, size);
  }

  /** An event was delivered. */
  void delivered() {
    if (controls.trapsAfterInstructions() && decisions.deliveryMakesMonitorTrap()) {
      monitorTrap = true;
    }
  }

  /** Whether a repeated instruction is to stop after each iteration. */
  boolean stopsEachIteration() {
    return controls.trapsAfterInstructions();
  }

  /** Executes an instruction; gives a {@link Fault}. */
  int execute(Context context, Instruction instruction) {
    iretUnblockedNmi = false;
    int fault = instructions.execute(context, instruction);
    if (fault == Fault.SWITCHED) {
      return fault;
    }
    if (fault != Fault.NONE) {
      GuestEvent event = GuestEvent.exception(Fault.vector(fault), Fault.errorCode(fault));
      if (exceptionExits(event)) {
        exitBefore(context, exitFor(iretUnblockedNmi ? event.withNmiUnblocking() : event));
        return Fault.SWITCHED;
      }
      delivers(event);
    }
    monitorTrap |= controls.trapsAfterInstructions();
    return fault;
  }

  /** Whether a virtual interrupt is recognized. */
  boolean recognizesVirtual() {
    return controls.deliversVirtualInterrupts() && apic().recognized();
  }

  boolean exceptionExits(int vector) {
    return decisions.exceptionExits(vmcs.get(VmcsField.EXCEPTION_BITMAP), vector);
  }

  /** As {@link #exceptionExits(int)}; of page faults the error code counts as well. */
  boolean exceptionExits(GuestEvent event) {
    boolean bit = exceptionExits(event.vector());
    if (!event.isPageFault()) {
      return bit;
    }
    long code = event.errorCode() & vmcs.get(VmcsField.PAGE_FAULT_ERROR_CODE_MASK);
    return bit == (code == vmcs.get(VmcsField.PAGE_FAULT_ERROR_CODE_MATCH));
  }

  /** The VM exit of an access whose address is not translated. */
  VmExit exitFor(Translation failed, long linear, boolean duringDelivery) {
    return TranslationExits.of(vmcs, apic(), failed, linear, duringDelivery);
  }

  /** An exception goes to its handler. */
  void delivers(GuestEvent event) {
    if (event.isPageFault()) {
      processor.controlRegisters().faultedAt(faultAddress);
    }
  }

  /** The VM exit of an exception. */
  VmExit exitFor(GuestEvent event) {
    return VmExit.of(ExitReason.EXCEPTION_OR_NMI, event.isPageFault() ? faultAddress : 0)
        .with(event);
  }

  // Boundaries

  /** Takes what comes first at a boundary; false if nothing is left to be done there. */
  boolean settleOnce() {
    if (controls.virtualizesApic() && apic().emulationPending()) {
      emulateAfterFault();
      return true;
    }
    if (mayTake() && takeFirst()) {
      return true;
    }
    int startUpVector = processor.takeStartUp();
    if (startUpVector != NO_VECTOR && processor.activity() == Activity.WAIT_FOR_SIPI) {
      exit(VmExit.of(ExitReason.SIPI, startUpVector));
      return true;
    }
    if (processor.masksWaitEnd()) {
      processor.wake();
      return true;
    }
    if (processor.activity() != Activity.ACTIVE) {
      return false;
    }
    Context top = processor.contexts().top();
    if (top.isElsewhere()) {
      fetch(top.elsewhere());
      return true;
    }
    return top.busy() ? completes() : runsNop();
  }

  /** Fetches from where there can be no code but the APIC-access page. */
  private void fetch(long rip) {
    if (processor.cpl() != 0 && processor.userInterrupts().isHandler(rip)) {
      beginUserHandler(rip);
      return;
    }
    MemoryAccess access = MemoryAccess.of(MemoryAccess.Kind.FETCH, processor.cpl());
    switch (space().translate(rip, access)) {
      case Translation.Mapped(long address) -> {
        ApicOutcome outcome = apic().fetch(address);
        if (outcome.kind() != ApicOutcome.Kind.EXIT) {
          throw GuestContexts.noCode(rip);
        }
        exit(VmExit.of(Objects.requireNonNull(outcome.reason()), outcome.qualification()));
      }
      case Translation.PageFault _ -> throw GuestContexts.noCode(rip);
      case Translation failed -> exit(exitFor(failed, rip, false));
    }
  }

  private void beginUserHandler(long rip) {
    if (processor.userInterrupts().begin(rip)) {
      processor.contexts().top().drop();
    } else {
      exception(GuestEvent.exception(Exceptions.CP, ControlFlow.END_BRANCH));
    }
  }

  /** The write of an instruction whose fault was delivered has its effects only now. */
  private void emulateAfterFault() {
    ApicOutcome outcome = apic().emulateAfterFault();
    if (outcome.kind() != ApicOutcome.Kind.DONE) {
      exit(VmExit.of(Objects.requireNonNull(outcome.reason()), outcome.qualification()));
    }
  }

  /** Whether there may be something to take; mostly there is not. */
  private boolean mayTake() {
    return processor.hasPending() || monitorTrap || controls.opensWindows() || recognizesVirtual();
  }

  private boolean takeFirst() {
    for (Boundary event : priority) {
      if (isPending(event) && canTake(event) && decisions.wakes(event, processor.activity())) {
        take(event);
        return true;
      }
    }
    return false;
  }

  private boolean isPending(Boundary event) {
    Signal signal = event.signal();
    return signal == null || processor.isPending(signal);
  }

  private boolean completes() {
    boolean over = processor.contexts().top().atEnd();
    processor.completeAtEnd();
    return over;
  }

  private boolean runsNop() {
    boolean changes = processor.nopChangesAnything() || controls.trapsAfterInstructions();
    region.guest().ranNop();
    if (changes) {
      processor.nop();
      monitorTrap = controls.trapsAfterInstructions();
    }
    return changes;
  }

  /** Whether an event can be taken whose signal, if it has one, is pending. */
  private boolean canTake(Boundary event) {
    return switch (event) {
      case SMI -> processor.recognizes(Signal.SMI);
      case INIT -> true;
      case MONITOR_TRAP -> monitorTrap;
      case TRAP -> processor.recognizes(Signal.TRAP);
      case NMI_WINDOW ->
          controls.nmiWindowExiting()
              && decisions.nmiWindowOpen(
                  virtualNmiBlocked, processor.stiShadow(), processor.movSsShadow());
      case NMI -> processor.recognizes(Signal.NMI);
      case INTERRUPT_WINDOW ->
          controls.interruptWindowExiting()
              && decisions.interruptWindowOpen(processor.interruptFlag(), inShadow());
      case VIRTUAL_INTERRUPT -> processor.interruptFlag() && !inShadow() && recognizesVirtual();
      case INTERRUPT -> takesInterrupt();
      case USER_INTERRUPT -> processor.recognizes(Signal.USER_INTERRUPT);
    };
  }

  private boolean takesInterrupt() {
    boolean open =
        decisions.externalInterruptExits(vmcs, processor.interruptFlag())
            ? !(inShadow() && decisions.shadowDelaysExternalInterruptExit())
            : processor.recognizes(Signal.INTERRUPT);
    return open && processor.interruptRequested();
  }

  private boolean inShadow() {
    return processor.stiShadow() || processor.movSsShadow();
  }

  private void take(Boundary event) {
    switch (event) {
      case SMI -> {
        processor.drop(Signal.SMI);
        processor.enterSystemManagement();
      }
      case INIT -> {
        processor.drop(Signal.INIT);
        exit(VmExit.of(ExitReason.INIT_SIGNAL));
      }
      case MONITOR_TRAP -> exit(VmExit.of(ExitReason.MONITOR_TRAP_FLAG));
      case TRAP -> singleStep();
      case NMI_WINDOW -> exit(VmExit.of(ExitReason.NMI_WINDOW));
      case NMI -> nmi();
      case INTERRUPT_WINDOW -> exit(VmExit.of(ExitReason.INTERRUPT_WINDOW));
      case VIRTUAL_INTERRUPT -> virtualInterrupt();
      case INTERRUPT -> interrupt();
      case USER_INTERRUPT -> userInterrupt();
    }
  }

  private void singleStep() {
    processor.drop(Signal.TRAP);
    GuestEvent event = GuestEvent.exception(Exceptions.DB, 0);
    if (exceptionExits(Exceptions.DB)) {
      exit(VmExit.of(ExitReason.EXCEPTION_OR_NMI, SINGLE_STEP).with(event));
    } else {
      delivery.deliver(event);
    }
  }

  private void nmi() {
    processor.drop(Signal.NMI);
    GuestEvent event = GuestEvent.of(InterruptionType.NMI, Exceptions.NMI);
    if (decisions.nmiExits(vmcs)) {
      exit(VmExit.of(ExitReason.EXCEPTION_OR_NMI).with(event));
    } else {
      delivery.deliver(event);
    }
  }

  private void virtualInterrupt() {
    int vector = apic().deliver();
    if (notifiesUser(vector)) {
      apic().deliveredToUser(vector);
      if (processesNotification(vector) && processor.activity() == Activity.WAITING) {
        processor.wake();
      }
    } else {
      delivery.deliver(GuestEvent.of(InterruptionType.EXTERNAL_INTERRUPT, vector));
    }
  }

  private void userInterrupt() {
    try {
      processor.userInterrupts().deliver();
      delivered();
    } catch (GeneralProtectionException _) {
      exception(GuestEvent.exception(Exceptions.GP, 0));
    } catch (InaccessibleException e) {
      if (e.translation() instanceof Translation.PageFault(int errorCode)) {
        pageFault(e.linear(), errorCode);
        exception(GuestEvent.exception(Exceptions.PF, errorCode));
      } else {
        exit(exitFor(e.translation(), e.linear(), false));
      }
    }
  }

  /** An exception at a boundary. */
  private void exception(GuestEvent event) {
    if (exceptionExits(event)) {
      exit(exitFor(event));
    } else {
      delivers(event);
      delivery.deliver(event);
    }
  }

  /** User-interrupt notification processing; false if there was a VM exit. */
  private boolean processesNotification(int vector) {
    GuestEvent notification = GuestEvent.of(InterruptionType.EXTERNAL_INTERRUPT, vector);
    long descriptor = processor.userInterrupts().interrupts().rdmsr(Msr.IA32_UINTR_PD);
    Translation translation =
        space().translates()
            ? space().translate(descriptor, MemoryAccess.DESCRIPTOR)
            : new Translation.Mapped(descriptor);
    return switch (translation) {
      case Translation.Mapped(long address) -> processes(notification, address);
      case Translation.PageFault(int errorCode) -> {
        pageFault(descriptor, errorCode);
        yield delivery.fault(notification, GuestEvent.exception(Exceptions.PF, errorCode));
      }
      case Translation failed -> {
        exit(exitFor(failed, descriptor, true).during(notification));
        yield false;
      }
    };
  }

  /** Goes on with the address of the descriptor. */
  private boolean processes(GuestEvent notification, long descriptor) {
    if (controls.virtualizesAccesses()) {
      ApicOutcome access = apic().eventDelivery(descriptor);
      if (access.kind() == ApicOutcome.Kind.EXIT) {
        exit(VmExit.of(ExitReason.APIC_ACCESS, access.qualification()).during(notification));
        return false;
      }
    }
    processor.userInterrupts().interrupts().process();
    return true;
  }

  private boolean notifiesUser(int vector) {
    return processor.notifiesUser(vector, vmcs.has(VmxControl.IA32E_MODE_GUEST));
  }

  private void interrupt() {
    if (!decisions.externalInterruptExits(vmcs, processor.interruptFlag())) {
      int vector = acknowledge();
      if (notifiesUser(vector)) {
        processor.userInterrupts().endNotification();
        processor.endWait();
        if (processesNotification(vector)) {
          processor.completeAtEnd();
        }
      } else {
        delivery.deliver(GuestEvent.of(InterruptionType.EXTERNAL_INTERRUPT, vector));
      }
      return;
    }
    VmExit exit = VmExit.of(ExitReason.EXTERNAL_INTERRUPT);
    if (!decisions.acknowledges(vmcs)) {
      exit(exit);
      return;
    }
    int vector = acknowledge();
    if (apic().notified(vector)) {
      if (processor.activity() == Activity.WAITING) {
        processor.endWait();
      }
    } else {
      exit(exit.with(GuestEvent.of(InterruptionType.EXTERNAL_INTERRUPT, vector)));
    }
  }

  private int acknowledge() {
    return processor.world().chipset().acknowledge(processor.cpu()) & 0xFF;
  }

  // VM exits

  /** A VM exit before the instruction that is executed at the moment. */
  void exitBefore(Context context, VmExit exit) {
    exit(exit.withLength(lengthBefore(context)));
  }

  /** As {@link #exitBefore(Context, VmExit)}, of a VM exit without an event. */
  void exitBefore(Context context, ExitReason reason, long qualification) {
    exit(VmExit.of(reason, qualification, lengthBefore(context)));
  }

  /** Goes back before the instruction that is executed at the moment; gives how long it is. */
  private int lengthBefore(Context context) {
    int length = context.stayed();
    processor.restoreShadows();
    return length;
  }

  /** A VM exit at the place where the guest is now. */
  void exit(VmExit exit) {
    boolean forNmi = exit.event().type() == InterruptionType.NMI;
    int field = exit.reason().number();
    vmcs.set(VmcsField.EXIT_REASON, field);
    vmcs.set(VmcsField.EXIT_QUALIFICATION, exit.qualification());
    vmcs.set(VmcsField.EXIT_INTERRUPTION_INFORMATION, exit.event().information().raw());
    vmcs.set(VmcsField.EXIT_INTERRUPTION_ERROR_CODE, exit.event().errorCode());
    vmcs.set(VmcsField.IDT_VECTORING_INFORMATION, exit.vectoring().information().raw());
    vmcs.set(VmcsField.IDT_VECTORING_ERROR_CODE, exit.vectoring().errorCode());
    vmcs.set(VmcsField.EXIT_INSTRUCTION_LENGTH, exit.length());
    vmcs.set(VmcsField.EXIT_INSTRUCTION_INFORMATION, 0);
    vmcs.set(
        VmcsField.ENTRY_INTERRUPTION_INFORMATION,
        decisions.injectionAfterExit((int) vmcs.get(VmcsField.ENTRY_INTERRUPTION_INFORMATION)));
    GuestStateSaver.save(processor, region, decisions, virtualNmiBlocked);
    if (controls.virtualizesApic()) {
      apic().leave();
    }
    processor.setNmiBlocked(
        decisions.nmiBlockedAfterExit(processor.nmiBlocked(), exit.reason(), forNmi));
    if (!HostState.storeMsrs(vmx, region)) {
      return;
    }
    Event.VmExited event =
        new Event.VmExited(processor.cpu(), block, field, region.guest().place());
    HostState.load(vmx, region);
    if (!HostState.loadMsrs(vmx, region)) {
      return;
    }
    processor.world().show(event);
    processor.world().attend(processor.cpu());
  }
}
