package io.apictck.suites.support;

import io.apictck.arch.vmx.NotificationControl;
import io.apictck.machine.Cpu;
import io.apictck.machine.vmx.PostedInterrupts;

/**
 * What a hypervisor does with the posted-interrupt descriptor of a virtual processor when it
 * schedules it (Intel VT-d specification, "Using Interrupt Posting for Virtual Interrupt Delivery";
 * Linux KVM, posted_intr.c).
 *
 * <p>Each change of the quadword with ON, SN, NV and NDST is one atomic step, since devices and
 * other processors post at any time. The processors that the methods are given are in VMX root
 * operation with IF = 0.
 *
 * <ul>
 *   <li>Running: SN 0, NV {@link #ACTIVE}, NDST its processor: {@link #scheduleIn}.
 *   <li>Preempted: SN 1: {@link #preempt}. Only urgent requests notify.
 *   <li>Blocked: SN 0, NV {@link #WAKE_UP}, NDST the processor of a {@link WakeUpList}: {@link
 *       #block}. The handler of the vector wakes it: {@link WakeUpList#wake}.
 *   <li>On its way to another processor: NDST changes, and nothing else: {@link #migrate}.
 * </ul>
 */
public final class PostedScheduling {
  /** Notification vector for virtual processors that run: that of their VMCS. */
  public static final int ACTIVE = ApicGuest.NOTIFICATION_VECTOR;

  /** Notification vector for virtual processors that are blocked. */
  public static final int WAKE_UP = ACTIVE - 1;

  private final PostedInterrupts descriptor;
  private final boolean extended;

  /**
   * Of a virtual processor with this descriptor; it is preempted.
   *
   * @param extended whether NDST has 32 bits
   */
  public PostedScheduling(PostedInterrupts descriptor, boolean extended) {
    this.descriptor = descriptor;
    this.extended = extended;
    descriptor.update(old -> old.withSuppressed(true));
  }

  /** The descriptor. */
  public PostedInterrupts descriptor() {
    return descriptor;
  }

  /** The change of {@link #scheduleIn}. */
  public NotificationControl running(NotificationControl old, Cpu on) {
    return old.withVector(ACTIVE).withDestination(on.apicId(), extended).withSuppressed(false);
  }

  /** The change of {@link #block}. */
  public NotificationControl blocked(NotificationControl old, Cpu on) {
    return old.withVector(WAKE_UP).withDestination(on.apicId(), extended).withSuppressed(false);
  }

  /**
   * It is about to run on a processor: notifications go there. Tells whether requests wait: then
   * the processor has sent itself {@link #ACTIVE}, to be processed after the next VM entry.
   */
  public boolean scheduleIn(Cpu on) {
    descriptor.by(on).update(old -> running(old, on));
    return catchUp(on);
  }

  /**
   * Whether there are requests that no notification is on its way for any more, or may be: then the
   * processor sends itself {@link #ACTIVE}. To be called after SN is cleared or NDST changed, never
   * before: a request between the two would be lost.
   */
  public boolean catchUp(Cpu on) {
    PostedInterrupts mine = descriptor.by(on);
    boolean waits = !mine.pir().isEmpty();
    if (waits) {
      mine.update(old -> old.withOutstanding(true));
    }
    if (waits || mine.on()) {
      on.lapic().sendSelfIpi(ACTIVE);
    }
    return waits;
  }

  /** It could run, but does not. */
  public void preempt(Cpu on) {
    descriptor.by(on).update(old -> old.withSuppressed(true));
  }

  /**
   * It ran and waits for an interrupt now: the next request sends {@link #WAKE_UP}.
   *
   * @return whether it is blocked; otherwise a request came before, and it must go on
   */
  public boolean block(Cpu on, WakeUpList list) {
    // first: whoever finds NV changed must find it on the list
    list.add(this);
    PostedInterrupts mine = descriptor.by(on);
    NotificationControl expected = mine.notification();
    while (!expected.outstanding()) {
      NotificationControl found =
          mine.exchangeControl(expected, blocked(expected, list.processor()));
      if (found.equals(expected)) {
        return true;
      }
      expected = found;
    }
    list.remove(this);
    return false;
  }

  /** Notifications go to another processor from now on; those before went to the old one. */
  public void migrate(Cpu by, Cpu to) {
    descriptor.by(by).update(old -> old.withDestination(to.apicId(), extended));
  }
}
