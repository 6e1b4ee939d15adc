package io.apictck.model.vtd;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.model.lapic.InterruptMessage;
import java.util.Optional;

/**
 * Posts interrupts (Intel VT-d specification, "Interrupt Posting", "Posted Interrupt Descriptor").
 *
 * <p>Supported: the update of the descriptor in one read-modify-write, ON, SN and URG,
 * notifications with NV and NDST, which are never remapped.
 *
 * <p>Open points, decided: bits 511:320 of the descriptor are left to software and not looked at;
 * any vector can be posted.
 */
public class Poster {
  final RemappingWorld world;

  /** A poster in a machine. */
  public Poster(RemappingWorld world) {
    this.world = world;
  }

  /**
   * Begins to post an interrupt.
   *
   * @param entry a valid entry
   * @param extended whether destinations have 32 bits
   */
  public final Posting begin(PostedEntry entry, boolean extended) {
    return new Posting(this, entry, extended);
  }

  /**
   * Posts an interrupt.
   *
   * @return why it could not be posted
   */
  Optional<FaultReason> post(PostedEntry entry, boolean extended) {
    Posting posting = begin(entry, extended);
    Optional<FaultReason> fault = posting.update();
    posting.complete();
    return fault;
  }

  /** Whether there is memory for a descriptor. */
  boolean isAccessible(long descriptor) {
    return world.isWritable(descriptor, PostedInterruptDescriptor.SIZE);
  }

  /** The quadword with ON, SN, NV and NDST. */
  long control(long descriptor) {
    return world.read(descriptor + PostedInterruptDescriptor.CONTROL, Long.BYTES);
  }

  /** Whether reserved bits are set. */
  boolean isReserved(long control, boolean extended) {
    long reserved =
        PostedInterruptDescriptor.RESERVED
            | (extended ? 0 : PostedInterruptDescriptor.XAPIC_NDST_RESERVED);
    return (control & reserved) != 0;
  }

  /** Sets a bit of PIR. */
  void request(long descriptor, int vector) {
    long address =
        descriptor + PostedInterruptDescriptor.PIR + vector / Long.SIZE * (long) Long.BYTES;
    world.write(address, Long.BYTES, world.read(address, Long.BYTES) | 1L << vector);
  }

  /** Whether the processor is to be notified. */
  boolean notifies(long control, boolean urgent) {
    boolean outstanding = (control & PostedInterruptDescriptor.ON) != 0;
    boolean suppressed = (control & PostedInterruptDescriptor.SN) != 0;
    return !outstanding && (urgent || !suppressed);
  }

  /** Sets ON. */
  void setOutstanding(long descriptor, long control) {
    world.write(
        descriptor + PostedInterruptDescriptor.CONTROL,
        Long.BYTES,
        control | PostedInterruptDescriptor.ON);
  }

  final void send(long control, boolean extended) {
    world.send(notification(control, extended));
  }

  /** The notification of a descriptor. */
  InterruptMessage notification(long control, boolean extended) {
    int destination = PostedInterruptDescriptor.notificationDestination(control, extended);
    return new InterruptMessage(
        extended ? destination : InterruptMessage.widened(destination),
        false,
        DeliveryMode.FIXED,
        PostedInterruptDescriptor.notificationVector(control),
        true,
        false);
  }
}
