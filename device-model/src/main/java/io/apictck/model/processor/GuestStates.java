package io.apictck.model.processor;

import static java.util.Map.entry;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.platform.GuestState;
import java.util.Map;

/**
 * What a VMCS must hold: a guest and a host in 64-bit mode with flat segments (Intel SDM Vol. 3C,
 * "Checks on the Guest State Area", "Checks on Host Segment and Descriptor-Table Registers").
 */
final class GuestStates {
  private static final long CR0 = 0x8001_0033L;
  private static final long CR4 = 0x26A0;
  private static final long CODE_SELECTOR = 0x08;
  private static final long DATA_SELECTOR = 0x10;
  private static final long TASK_SELECTOR = 0x18;
  private static final long CODE_RIGHTS = 0xA09B;
  private static final long DATA_RIGHTS = 0xC093;
  private static final long TASK_RIGHTS = 0x8B;
  private static final long UNUSABLE = 1 << 16;
  private static final long LIMIT = 0xFFFF_FFFFL;
  private static final long TASK_LIMIT = 0x67;
  private static final long TABLE_LIMIT = 0xFFF;
  private static final long DR7 = 0x400;
  private static final long STACK_SIZE = 0x10_0000;
  private static final long HOST_CODE = 0x2000_2000L;
  private static final long HOST_STACK = 0x2FFF_0000L;

  private static final Map<VmcsField, Long> HOST =
      Map.ofEntries(
          entry(VmcsField.HOST_ES_SELECTOR, DATA_SELECTOR),
          entry(VmcsField.HOST_CS_SELECTOR, CODE_SELECTOR),
          entry(VmcsField.HOST_SS_SELECTOR, DATA_SELECTOR),
          entry(VmcsField.HOST_DS_SELECTOR, DATA_SELECTOR),
          entry(VmcsField.HOST_FS_SELECTOR, DATA_SELECTOR),
          entry(VmcsField.HOST_GS_SELECTOR, DATA_SELECTOR),
          entry(VmcsField.HOST_TR_SELECTOR, TASK_SELECTOR),
          entry(VmcsField.HOST_CR0, CR0),
          entry(VmcsField.HOST_CR3, 0L),
          entry(VmcsField.HOST_CR4, CR4),
          entry(VmcsField.HOST_RIP, HOST_CODE),
          entry(VmcsField.HOST_RSP, HOST_STACK));

  private GuestStates() {}

  static GuestState of(int guest) {
    return new GuestState(guestFields(GuestContexts.STACKS + guest * STACK_SIZE), HOST);
  }

  private static Map<VmcsField, Long> guestFields(long rsp) {
    return Map.ofEntries(
        entry(VmcsField.GUEST_ES_SELECTOR, DATA_SELECTOR),
        entry(VmcsField.GUEST_CS_SELECTOR, CODE_SELECTOR),
        entry(VmcsField.GUEST_SS_SELECTOR, DATA_SELECTOR),
        entry(VmcsField.GUEST_DS_SELECTOR, DATA_SELECTOR),
        entry(VmcsField.GUEST_FS_SELECTOR, DATA_SELECTOR),
        entry(VmcsField.GUEST_GS_SELECTOR, DATA_SELECTOR),
        entry(VmcsField.GUEST_LDTR_SELECTOR, 0L),
        entry(VmcsField.GUEST_TR_SELECTOR, TASK_SELECTOR),
        entry(VmcsField.GUEST_ES_LIMIT, LIMIT),
        entry(VmcsField.GUEST_CS_LIMIT, LIMIT),
        entry(VmcsField.GUEST_SS_LIMIT, LIMIT),
        entry(VmcsField.GUEST_DS_LIMIT, LIMIT),
        entry(VmcsField.GUEST_FS_LIMIT, LIMIT),
        entry(VmcsField.GUEST_GS_LIMIT, LIMIT),
        entry(VmcsField.GUEST_LDTR_LIMIT, 0L),
        entry(VmcsField.GUEST_TR_LIMIT, TASK_LIMIT),
        entry(VmcsField.GUEST_GDTR_LIMIT, TABLE_LIMIT),
        entry(VmcsField.GUEST_IDTR_LIMIT, TABLE_LIMIT),
        entry(VmcsField.GUEST_ES_ACCESS_RIGHTS, DATA_RIGHTS),
        entry(VmcsField.GUEST_CS_ACCESS_RIGHTS, CODE_RIGHTS),
        entry(VmcsField.GUEST_SS_ACCESS_RIGHTS, DATA_RIGHTS),
        entry(VmcsField.GUEST_DS_ACCESS_RIGHTS, DATA_RIGHTS),
        entry(VmcsField.GUEST_FS_ACCESS_RIGHTS, DATA_RIGHTS),
        entry(VmcsField.GUEST_GS_ACCESS_RIGHTS, DATA_RIGHTS),
        entry(VmcsField.GUEST_LDTR_ACCESS_RIGHTS, UNUSABLE),
        entry(VmcsField.GUEST_TR_ACCESS_RIGHTS, TASK_RIGHTS),
        entry(VmcsField.GUEST_INTERRUPTIBILITY_STATE, 0L),
        entry(VmcsField.GUEST_ACTIVITY_STATE, 0L),
        entry(VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS, 0L),
        entry(VmcsField.GUEST_IA32_DEBUGCTL, 0L),
        entry(VmcsField.VMCS_LINK_POINTER, -1L),
        entry(VmcsField.GUEST_CR0, CR0),
        entry(VmcsField.GUEST_CR3, 0L),
        entry(VmcsField.GUEST_CR4, CR4),
        entry(VmcsField.GUEST_DR7, DR7),
        entry(VmcsField.GUEST_RFLAGS, Rflags.FIXED),
        entry(VmcsField.GUEST_RIP, GuestContexts.START),
        entry(VmcsField.GUEST_RSP, rsp));
  }
}
