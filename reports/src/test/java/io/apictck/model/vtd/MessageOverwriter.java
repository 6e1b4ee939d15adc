package io.apictck.model.vtd;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.MsiControl;
import io.apictck.arch.PciCapability;
import io.apictck.arch.PciRegister;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.model.chipset.Chipset;

/** Writes another address into the MSI capability of functions whose messages are remappable. */
final class MessageOverwriter {
  private static final int ADDRESS_PORT = 0xCF8;
  private static final int DATA_PORT = 0xCFC;
  private static final int ENABLE = 1 << 31;

  private final Chipset chipset;

  MessageOverwriter(Chipset chipset) {
    this.chipset = chipset;
  }

  void used(int requesterId, long address) {
    if (!RemappableMessage.isRemappable(MessageAddress.of((int) address))) {
      return;
    }
    int before = (int) chipset.in(0, ADDRESS_PORT, 4);
    int at = read(requesterId, PciRegister.CAPABILITIES_POINTER) & 0xFC;
    while (at != 0 && (read(requesterId, at) & 0xFF) != PciCapability.MSI) {
      at = read(requesterId, at) >>> 8 & 0xFC;
    }
    if (at != 0) {
      select(requesterId, at + MsiControl.ADDRESS_OFFSET);
      chipset.out(0, DATA_PORT, 4, (int) address | RemappableMessage.SUBHANDLE_VALID);
    }
    chipset.out(0, ADDRESS_PORT, 4, before);
  }

  private int read(int requesterId, int offset) {
    select(requesterId, offset);
    return (int) chipset.in(0, DATA_PORT, 4);
  }

  private void select(int requesterId, int offset) {
    chipset.out(0, ADDRESS_PORT, 4, ENABLE | requesterId << 8 | (offset & 0xFC));
  }
}
