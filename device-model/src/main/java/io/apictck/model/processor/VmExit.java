package io.apictck.model.processor;

import io.apictck.arch.vmx.ExitReason;

/**
 * What a VM exit tells (Intel SDM Vol. 3C, "VM-Exit Information Fields").
 *
 * @param reason basic exit reason
 * @param qualification exit qualification
 * @param event VM-exit interruption information; {@link GuestEvent#NONE} if it is not valid
 * @param vectoring the event during whose delivery the exit came; {@link GuestEvent#NONE} if none
 * @param length VM-exit instruction length
 */
record VmExit(
    ExitReason reason, long qualification, GuestEvent event, GuestEvent vectoring, int length) {
  static VmExit of(ExitReason reason, long qualification) {
    return of(reason, qualification, 0);
  }

  static VmExit of(ExitReason reason, long qualification, int length) {
    return new VmExit(reason, qualification, GuestEvent.NONE, GuestEvent.NONE, length);
  }

  static VmExit of(ExitReason reason) {
    return of(reason, 0);
  }

  VmExit with(GuestEvent its) {
    return new VmExit(reason, qualification, its, vectoring, length);
  }

  VmExit during(GuestEvent delivered) {
    return new VmExit(reason, qualification, event, delivered, delivered.length());
  }

  VmExit withLength(int bytes) {
    return new VmExit(reason, qualification, event, vectoring, bytes);
  }
}
