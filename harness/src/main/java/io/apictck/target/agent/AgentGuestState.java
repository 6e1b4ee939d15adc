package io.apictck.target.agent;

import static io.apictck.arch.vmx.VmcsField.*;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.platform.GuestState;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a VMCS must hold so that a guest runs the agent and VM exits come back to it (Intel SDM Vol.
 * 3C, "Checks on the Guest State Area", "Checks on Host Segment and Descriptor-Table Registers").
 */
final class AgentGuestState {
  private static final long CR0 = 0x8000_0031L;
  private static final long CR4 = 0x2020;
  private static final long DATA = 0x10;
  private static final long CODE = 0x18;

  /** What IRET to user code leaves alone. */
  private static final long USER_DATA = 0x2B;

  private static final long CODE_RIGHTS = 0xA09B;
  private static final long DATA_RIGHTS = 0xC093;
  private static final long USER_DATA_RIGHTS = 0xC0F3;
  private static final long TASK_RIGHTS = 0x8B;
  private static final long UNUSABLE = 1 << 16;
  private static final long LIMIT = 0xFFFF_FFFFL;
  private static final long TASK_LIMIT = AgentLayout.TASK_SIZE - 1;
  private static final long GDT_LIMIT = AgentLayout.TASKS + 16 * AgentLayout.MAX_PROCESSORS - 1;
  private static final long IDT_LIMIT = 0xFFF;
  private static final long DR7 = 0x400;

  private AgentGuestState() {}

  static GuestState of(AgentSymbols symbols, int cpu, int guest) {
    return new GuestState(guestFields(symbols, cpu, guest), hostFields(symbols, cpu));
  }

  private static Map<VmcsField, Long> hostFields(AgentSymbols symbols, int cpu) {
    Map<VmcsField, Long> fields = new EnumMap<>(VmcsField.class);
    for (VmcsField selector :
        List.of(HOST_ES_SELECTOR, HOST_DS_SELECTOR, HOST_FS_SELECTOR, HOST_GS_SELECTOR)) {
      fields.put(selector, 0L);
    }
    fields.put(HOST_SS_SELECTOR, DATA);
    fields.put(HOST_CS_SELECTOR, CODE);
    fields.put(HOST_TR_SELECTOR, task(cpu));
    fields.put(HOST_FS_BASE, 0L);
    fields.put(HOST_GS_BASE, AgentLayout.mailbox(cpu));
    fields.put(HOST_TR_BASE, AgentLayout.mailbox(cpu) + AgentLayout.BOX_TASK);
    fields.put(HOST_GDTR_BASE, symbols.gdt());
    fields.put(HOST_IDTR_BASE, symbols.idt());
    fields.put(HOST_IA32_SYSENTER_CS, 0L);
    fields.put(HOST_IA32_SYSENTER_ESP, 0L);
    fields.put(HOST_IA32_SYSENTER_EIP, 0L);
    fields.put(HOST_CR0, CR0);
    fields.put(HOST_CR3, symbols.pageTables());
    fields.put(HOST_CR4, CR4);
    fields.put(HOST_RIP, symbols.vmExit());
    fields.put(HOST_RSP, AgentLayout.mailbox(cpu) + AgentLayout.BOX_EXIT_STACK);
    return fields;
  }

  private static Map<VmcsField, Long> guestFields(AgentSymbols symbols, int cpu, int guest) {
    Map<VmcsField, Long> fields = new EnumMap<>(VmcsField.class);
    segment(fields, GUEST_ES_SELECTOR, GUEST_ES_BASE, GUEST_ES_LIMIT, GUEST_ES_ACCESS_RIGHTS);
    segment(fields, GUEST_SS_SELECTOR, GUEST_SS_BASE, GUEST_SS_LIMIT, GUEST_SS_ACCESS_RIGHTS);
    segment(fields, GUEST_DS_SELECTOR, GUEST_DS_BASE, GUEST_DS_LIMIT, GUEST_DS_ACCESS_RIGHTS);
    segment(fields, GUEST_FS_SELECTOR, GUEST_FS_BASE, GUEST_FS_LIMIT, GUEST_FS_ACCESS_RIGHTS);
    segment(fields, GUEST_GS_SELECTOR, GUEST_GS_BASE, GUEST_GS_LIMIT, GUEST_GS_ACCESS_RIGHTS);
    segment(fields, GUEST_CS_SELECTOR, GUEST_CS_BASE, GUEST_CS_LIMIT, GUEST_CS_ACCESS_RIGHTS);
    fields.put(GUEST_SS_SELECTOR, DATA);
    fields.put(GUEST_SS_ACCESS_RIGHTS, DATA_RIGHTS);
    fields.put(GUEST_CS_SELECTOR, CODE);
    fields.put(GUEST_CS_ACCESS_RIGHTS, CODE_RIGHTS);
    fields.put(GUEST_GS_BASE, AgentLayout.mailbox(cpu, guest));
    fields.put(GUEST_LDTR_SELECTOR, 0L);
    fields.put(GUEST_LDTR_BASE, 0L);
    fields.put(GUEST_LDTR_LIMIT, 0L);
    fields.put(GUEST_LDTR_ACCESS_RIGHTS, UNUSABLE);
    fields.put(GUEST_TR_SELECTOR, task(cpu));
    fields.put(GUEST_TR_BASE, AgentLayout.mailbox(cpu, guest) + AgentLayout.BOX_TASK);
    fields.put(GUEST_TR_LIMIT, TASK_LIMIT);
    fields.put(GUEST_TR_ACCESS_RIGHTS, TASK_RIGHTS);
    fields.put(GUEST_GDTR_BASE, symbols.gdt());
    fields.put(GUEST_GDTR_LIMIT, GDT_LIMIT);
    fields.put(GUEST_IDTR_BASE, symbols.idt());
    fields.put(GUEST_IDTR_LIMIT, IDT_LIMIT);
    fields.put(GUEST_IA32_SYSENTER_CS, 0L);
    fields.put(GUEST_IA32_SYSENTER_ESP, 0L);
    fields.put(GUEST_IA32_SYSENTER_EIP, 0L);
    fields.put(GUEST_INTERRUPTIBILITY_STATE, 0L);
    fields.put(GUEST_ACTIVITY_STATE, 0L);
    fields.put(GUEST_PENDING_DEBUG_EXCEPTIONS, 0L);
    fields.put(GUEST_IA32_DEBUGCTL, 0L);
    fields.put(VMCS_LINK_POINTER, -1L);
    fields.put(GUEST_CR0, CR0);
    fields.put(GUEST_CR3, symbols.pageTables());
    fields.put(GUEST_CR4, CR4);
    fields.put(GUEST_DR7, DR7);
    fields.put(GUEST_RFLAGS, Rflags.FIXED);
    fields.put(GUEST_RIP, symbols.guestStart());
    fields.put(GUEST_RSP, AgentLayout.guestMemory(cpu, guest) + AgentLayout.GUEST_STACK);
    return fields;
  }

  private static long task(int cpu) {
    return AgentLayout.TASKS + 16L * cpu;
  }

  private static void segment(
      Map<VmcsField, Long> fields,
      VmcsField selector,
      VmcsField base,
      VmcsField limit,
      VmcsField accessRights) {
    fields.put(selector, USER_DATA);
    fields.put(base, 0L);
    fields.put(limit, LIMIT);
    fields.put(accessRights, USER_DATA_RIGHTS);
  }
}
