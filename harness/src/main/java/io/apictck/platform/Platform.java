package io.apictck.platform;

/**
 * An implementation under test: a machine that performs actions and shows events.
 *
 * <h2>Rules that every platform keeps</h2>
 *
 * <ol>
 *   <li>Between actions each active processor runs an endless sequence of NOPs in its current
 *       context: a platform never sits on a deliverable interrupt, an STI shadow ends.
 *   <li>A processor has a stack of contexts. An interrupt or a trap pushes a handler context
 *       (entered through an interrupt gate unless {@link Action.SetGate} said otherwise); {@link
 *       Instruction.Iret} pops it, {@link Instruction.Rsm} pops a system-management context. A
 *       block belongs to the context it was started in; an interrupt in its middle suspends it, the
 *       return resumes it.
 *   <li>A faulting instruction ends its block with {@link Event.Faulted}; no handler context is
 *       made and the rest is not executed.
 *   <li>HLT and MWAIT suspend their block until the processor wakes.
 *   <li>INIT and RESET drop all contexts and blocks of the processor; a start-up IPI gives it a
 *       fresh context in 64-bit mode with IF=0. Application processors wait for a start-up IPI
 *       after {@link Action.Reset}; the bootstrap processor is processor 0 and starts at once, with
 *       IF=0 and without a {@link Event.ProcessorStarted} event.
 *   <li>Each block ends in exactly one {@link Event.Completed} or {@link Event.Faulted}, unless its
 *       context is dropped. Completed comes before any event that happens after the block's last
 *       instruction.
 *   <li>{@link Instruction.Vmlaunch} and {@link Instruction.Vmresume} end their block. If they
 *       enter the guest, its contexts lie on those of the host: blocks belong to the guest now,
 *       interrupts and IRET push and pop its handlers, its NOPs run between actions. A VM exit
 *       suspends all that, and host code goes on where the entry was; the next entry of the same
 *       VMCS goes on where guest RIP points: in the middle of a suspended block (its instruction is
 *       executed again or not, as RIP says), in the NOPs (a suspended block of that context is
 *       dropped), or afresh (see {@link GuestState}).
 *   <li>User mode is no context of its own: {@link Instruction.EnterUser} and {@link
 *       Instruction.LeaveUser} change the privilege level of the current one, and what interrupts
 *       it goes back to that level. A user interrupt pushes a context that runs with the privilege
 *       level and with IF as before and that {@link Instruction.Uiret} pops; it may be entered if
 *       IA32_UINTR_HANDLER is {@link #userInterruptHandler}. What its frame holds when it is popped
 *       counts: RFLAGS are those of the frame, RSP is the next frame's basis, RIP may be as pushed
 *       or not canonical. Notifications of user interrupts show no event.
 *   <li>{@link #perform} returns when no block can go on without another action, or when the time
 *       of {@link Action.Elapse} is over; it returns early from Elapse as soon as there is an
 *       event.
 * </ol>
 *
 * <p>A platform is used by one thread at a time. It may throw {@link UnsupportedActionException}
 * for a stimulus that its description does not list, and {@link PlatformException} when the machine
 * died; {@link PlatformTimeoutException} when it did not answer; any other exception counts as a
 * crash as well.
 */
public interface Platform extends AutoCloseable {
  /** What this machine is; constant for its life. */
  PlatformDescription description();

  /**
   * Performs one action.
   *
   * @return the events that became visible, in order, and the platform's time afterwards
   * @throws UnsupportedActionException if the platform does not offer the stimulus
   * @throws PlatformException if the machine died or cannot be talked to
   */
  Outcome perform(Action action);

  /**
   * What a VMCS must hold for a guest of a processor.
   *
   * @param cpu processor index
   * @param guest number of the guest, below {@link GuestState#GUESTS}; guests of a processor have
   *     contexts of their own
   * @throws UnsupportedActionException if the platform does not offer {@link Stimulus#VM_ENTRY}
   */
  default GuestState guest(int cpu, int guest) {
    throw new UnsupportedActionException("the platform does not enter guests");
  }

  /**
   * What IA32_UINTR_HANDLER must be for user interrupts to show as {@link
   * Event.UserInterruptTaken}: the address of an ENDBR64, or that of the instruction behind it.
   *
   * @throws UnsupportedActionException if the platform does not offer {@link
   *     Stimulus#USER_INTERRUPTS}
   */
  default long userInterruptHandler() {
    throw new UnsupportedActionException("the platform has no handler of user interrupts");
  }

  /** Ends the machine and frees what it holds; called once, also after a crash. */
  @Override
  void close();
}
