package io.apictck.platform;

import io.apictck.arch.vmx.VmcsField;
import java.util.Map;

/**
 * What a VMCS must hold so that a guest runs on a platform, and so that VM exits come back to it.
 *
 * <p>A guest that is entered with the RIP and RSP given here begins afresh: in the endless NOPs,
 * without handler contexts. IF is 0, nothing is blocked, the guest is active, in 64-bit mode with
 * the memory of its host. Controls are left to the test, but for those that the mode needs: "host
 * address-space size", "IA-32e mode guest", and those for IA32_EFER if the fields are here.
 *
 * @param guest fields of the guest-state area
 * @param host fields of the host-state area
 */
public record GuestState(Map<VmcsField, Long> guest, Map<VmcsField, Long> host) {
  /** How many guests a processor has at least. */
  public static final int GUESTS = 4;

  /** Takes copies. */
  public GuestState {
    guest = Map.copyOf(guest);
    host = Map.copyOf(host);
  }
}
