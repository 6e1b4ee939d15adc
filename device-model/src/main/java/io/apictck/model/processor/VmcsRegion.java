package io.apictck.model.processor;

import io.apictck.model.processor.vmx.Vmcs;

/** A VMCS: its data, its launch state, and what its guest was doing when it was left. */
final class VmcsRegion {
  private final long address;
  private final Vmcs data = new Vmcs();
  private final GuestContexts guest = new GuestContexts();
  private boolean launched;

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

  /** Whether its launch state is "launched"; else it is "clear". */
  boolean launched() {
    return launched;
  }

  void setLaunched(boolean isLaunched) {
    launched = isLaunched;
  }
}
