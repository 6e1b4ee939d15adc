package io.apictck.model.processor;

import io.apictck.model.processor.vmx.EntryChecks;
import io.apictck.model.processor.vmx.Vmcs;
import org.jspecify.annotations.Nullable;

/** A VMCS: its data, its launch state, and what its guest was doing when it was left. */
final class VmcsRegion {
  private final long address;
  private final Vmcs data = new Vmcs();
  private final GuestContexts guest = new GuestContexts();
  private boolean launched;

  /** Whose checks of controls and host state were passed last; null if none were. */
  private @Nullable EntryChecks passed;

  /** The edition of the data that passed them. */
  private int passedEdition;

  /** Whose checks of guest state were passed last; null if none were. */
  private @Nullable EntryChecks guestPassed;

  /** The edition of the guest state that passed them. */
  private int passedGuestEdition;

  private @Nullable GuestControls controls;

  /** The edition of the data that {@link #controls} is of. */
  private int controlsEdition;

  VmcsRegion(long address) {
    this.address = address;
  }

  long address() {
    return address;
  }

  Vmcs data() {
    return data;
  }

  GuestContexts guest() {
    return guest;
  }

  /** Whether its controls and host state are those that passed some checks. */
  @SuppressWarnings("ReferenceEquality") // the checks of one processor are one object
  boolean hasPassed(EntryChecks checks) {
    return passed == checks && passedEdition == data.edition();
  }

  void pass(EntryChecks checks) {
    passed = checks;
    passedEdition = data.edition();
  }

  /**
   * Whether its guest state, but for what changes all the time, is that which passed some checks.
   */
  @SuppressWarnings("ReferenceEquality") // the checks of one processor are one object
  boolean hasPassedGuest(EntryChecks checks) {
    return guestPassed == checks && passedGuestEdition == data.guestEdition();
  }

  void passGuest(EntryChecks checks) {
    guestPassed = checks;
    passedGuestEdition = data.guestEdition();
  }

  /** What its controls are now. */
  GuestControls controls() {
    GuestControls known = controls;
    if (known == null || controlsEdition != data.edition()) {
      known = GuestControls.of(data);
      controls = known;
      controlsEdition = data.edition();
    }
    return known;
  }

  /** Whether its launch state is "launched"; else it is "clear". */
  boolean launched() {
    return launched;
  }

  void setLaunched(boolean isLaunched) {
    launched = isLaunched;
  }
}
