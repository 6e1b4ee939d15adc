package io.apictck.arch.vmx;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fields of the VMCS (Intel SDM Vol. 3D, "Field Encoding in VMCS"): those that interrupts depend
 * on, and those that a VM entry into 64-bit mode cannot do without.
 *
 * <p>Bits of an encoding: 0 access type (1 is the high half of a 64-bit field), 9:1 index, 11:10
 * type, 14:13 width.
 */
public enum VmcsField {
  /** Virtual-processor identifier. */
  VPID(0x0000),
  /** Posted-interrupt notification vector. */
  POSTED_INTERRUPT_NOTIFICATION_VECTOR(0x0002),
  /** Last PID-pointer index. */
  LAST_PID_POINTER_INDEX(0x0008),
  /** Virtual timer vector. */
  VIRTUAL_TIMER_VECTOR(0x000A),
  /** Guest ES selector. */
  GUEST_ES_SELECTOR(0x0800),
  /** Guest CS selector. */
  GUEST_CS_SELECTOR(0x0802),
  /** Guest SS selector. */
  GUEST_SS_SELECTOR(0x0804),
  /** Guest DS selector. */
  GUEST_DS_SELECTOR(0x0806),
  /** Guest FS selector. */
  GUEST_FS_SELECTOR(0x0808),
  /** Guest GS selector. */
  GUEST_GS_SELECTOR(0x080A),
  /** Guest LDTR selector. */
  GUEST_LDTR_SELECTOR(0x080C),
  /** Guest TR selector. */
  GUEST_TR_SELECTOR(0x080E),
  /** Guest interrupt status: bits 7:0 RVI, 15:8 SVI. */
  GUEST_INTERRUPT_STATUS(0x0810),
  /** Guest UINV. */
  GUEST_UINV(0x0814),
  /** Host ES selector. */
  HOST_ES_SELECTOR(0x0C00),
  /** Host CS selector. */
  HOST_CS_SELECTOR(0x0C02),
  /** Host SS selector. */
  HOST_SS_SELECTOR(0x0C04),
  /** Host DS selector. */
  HOST_DS_SELECTOR(0x0C06),
  /** Host FS selector. */
  HOST_FS_SELECTOR(0x0C08),
  /** Host GS selector. */
  HOST_GS_SELECTOR(0x0C0A),
  /** Host TR selector. */
  HOST_TR_SELECTOR(0x0C0C),
  /** Address of I/O bitmap A: ports 0 to 7FFFh. */
  IO_BITMAP_A(0x2000),
  /** Address of I/O bitmap B: ports 8000h to FFFFh. */
  IO_BITMAP_B(0x2002),
  /** MSR-bitmap address. */
  MSR_BITMAP(0x2004),
  /** VM-exit MSR-store address. */
  EXIT_MSR_STORE_ADDRESS(0x2006),
  /** VM-exit MSR-load address. */
  EXIT_MSR_LOAD_ADDRESS(0x2008),
  /** VM-entry MSR-load address. */
  ENTRY_MSR_LOAD_ADDRESS(0x200A),
  /** Executive-VMCS pointer. */
  EXECUTIVE_VMCS_POINTER(0x200C),
  /** TSC offset. */
  TSC_OFFSET(0x2010),
  /** Virtual-APIC address. */
  VIRTUAL_APIC_ADDRESS(0x2012),
  /** APIC-access address. */
  APIC_ACCESS_ADDRESS(0x2014),
  /** Posted-interrupt descriptor address. */
  POSTED_INTERRUPT_DESCRIPTOR_ADDRESS(0x2016),
  /** EPT pointer. */
  EPT_POINTER(0x201A),
  /** EOI-exit bitmap, vectors 0 to 63. */
  EOI_EXIT_BITMAP_0(0x201C),
  /** EOI-exit bitmap, vectors 64 to 127. */
  EOI_EXIT_BITMAP_1(0x201E),
  /** EOI-exit bitmap, vectors 128 to 191. */
  EOI_EXIT_BITMAP_2(0x2020),
  /** EOI-exit bitmap, vectors 192 to 255. */
  EOI_EXIT_BITMAP_3(0x2022),
  /** Tertiary processor-based VM-execution controls. */
  TERTIARY_CONTROLS(0x2034),
  /** PID-pointer table address. */
  PID_POINTER_TABLE_ADDRESS(0x2042),
  /** Secondary VM-exit controls. */
  SECONDARY_EXIT_CONTROLS(0x2044),
  /** Guest-physical address; read-only. */
  GUEST_PHYSICAL_ADDRESS(0x2400),
  /** VMCS link pointer. */
  VMCS_LINK_POINTER(0x2800),
  /** Guest IA32_DEBUGCTL. */
  GUEST_IA32_DEBUGCTL(0x2802),
  /** Guest IA32_EFER. */
  GUEST_IA32_EFER(0x2806),
  /** Host IA32_EFER. */
  HOST_IA32_EFER(0x2C02),
  /** Pin-based VM-execution controls. */
  PIN_BASED_CONTROLS(0x4000),
  /** Primary processor-based VM-execution controls. */
  PRIMARY_CONTROLS(0x4002),
  /** Exception bitmap. */
  EXCEPTION_BITMAP(0x4004),
  /** Page-fault error-code mask. */
  PAGE_FAULT_ERROR_CODE_MASK(0x4006),
  /** Page-fault error-code match. */
  PAGE_FAULT_ERROR_CODE_MATCH(0x4008),
  /** CR3-target count. */
  CR3_TARGET_COUNT(0x400A),
  /** Primary VM-exit controls. */
  EXIT_CONTROLS(0x400C),
  /** VM-exit MSR-store count. */
  EXIT_MSR_STORE_COUNT(0x400E),
  /** VM-exit MSR-load count. */
  EXIT_MSR_LOAD_COUNT(0x4010),
  /** VM-entry controls. */
  ENTRY_CONTROLS(0x4012),
  /** VM-entry MSR-load count. */
  ENTRY_MSR_LOAD_COUNT(0x4014),
  /** VM-entry interruption-information field. */
  ENTRY_INTERRUPTION_INFORMATION(0x4016),
  /** VM-entry exception error code. */
  ENTRY_EXCEPTION_ERROR_CODE(0x4018),
  /** VM-entry instruction length. */
  ENTRY_INSTRUCTION_LENGTH(0x401A),
  /** TPR threshold. */
  TPR_THRESHOLD(0x401C),
  /** Secondary processor-based VM-execution controls. */
  SECONDARY_CONTROLS(0x401E),
  /** PLE_Gap. */
  PLE_GAP(0x4020),
  /** PLE_Window. */
  PLE_WINDOW(0x4022),
  /** VM-instruction error; read-only. */
  VM_INSTRUCTION_ERROR(0x4400),
  /** Exit reason; read-only. */
  EXIT_REASON(0x4402),
  /** VM-exit interruption information; read-only. */
  EXIT_INTERRUPTION_INFORMATION(0x4404),
  /** VM-exit interruption error code; read-only. */
  EXIT_INTERRUPTION_ERROR_CODE(0x4406),
  /** IDT-vectoring information; read-only. */
  IDT_VECTORING_INFORMATION(0x4408),
  /** IDT-vectoring error code; read-only. */
  IDT_VECTORING_ERROR_CODE(0x440A),
  /** VM-exit instruction length; read-only. */
  EXIT_INSTRUCTION_LENGTH(0x440C),
  /** VM-exit instruction information; read-only. */
  EXIT_INSTRUCTION_INFORMATION(0x440E),
  /** Guest ES limit. */
  GUEST_ES_LIMIT(0x4800),
  /** Guest CS limit. */
  GUEST_CS_LIMIT(0x4802),
  /** Guest SS limit. */
  GUEST_SS_LIMIT(0x4804),
  /** Guest DS limit. */
  GUEST_DS_LIMIT(0x4806),
  /** Guest FS limit. */
  GUEST_FS_LIMIT(0x4808),
  /** Guest GS limit. */
  GUEST_GS_LIMIT(0x480A),
  /** Guest LDTR limit. */
  GUEST_LDTR_LIMIT(0x480C),
  /** Guest TR limit. */
  GUEST_TR_LIMIT(0x480E),
  /** Guest GDTR limit. */
  GUEST_GDTR_LIMIT(0x4810),
  /** Guest IDTR limit. */
  GUEST_IDTR_LIMIT(0x4812),
  /** Guest ES access rights. */
  GUEST_ES_ACCESS_RIGHTS(0x4814),
  /** Guest CS access rights. */
  GUEST_CS_ACCESS_RIGHTS(0x4816),
  /** Guest SS access rights. */
  GUEST_SS_ACCESS_RIGHTS(0x4818),
  /** Guest DS access rights. */
  GUEST_DS_ACCESS_RIGHTS(0x481A),
  /** Guest FS access rights. */
  GUEST_FS_ACCESS_RIGHTS(0x481C),
  /** Guest GS access rights. */
  GUEST_GS_ACCESS_RIGHTS(0x481E),
  /** Guest LDTR access rights. */
  GUEST_LDTR_ACCESS_RIGHTS(0x4820),
  /** Guest TR access rights. */
  GUEST_TR_ACCESS_RIGHTS(0x4822),
  /** Guest interruptibility state. */
  GUEST_INTERRUPTIBILITY_STATE(0x4824),
  /** Guest activity state. */
  GUEST_ACTIVITY_STATE(0x4826),
  /** Guest SMBASE. */
  GUEST_SMBASE(0x4828),
  /** Guest IA32_SYSENTER_CS. */
  GUEST_IA32_SYSENTER_CS(0x482A),
  /** VMX-preemption timer value. */
  VMX_PREEMPTION_TIMER_VALUE(0x482E),
  /** Host IA32_SYSENTER_CS. */
  HOST_IA32_SYSENTER_CS(0x4C00),
  /** CR0 guest/host mask. */
  CR0_GUEST_HOST_MASK(0x6000),
  /** CR4 guest/host mask. */
  CR4_GUEST_HOST_MASK(0x6002),
  /** CR0 read shadow. */
  CR0_READ_SHADOW(0x6004),
  /** CR4 read shadow. */
  CR4_READ_SHADOW(0x6006),
  /** CR3-target value 0. */
  CR3_TARGET_VALUE_0(0x6008),
  /** CR3-target value 1. */
  CR3_TARGET_VALUE_1(0x600A),
  /** CR3-target value 2. */
  CR3_TARGET_VALUE_2(0x600C),
  /** CR3-target value 3. */
  CR3_TARGET_VALUE_3(0x600E),
  /** Exit qualification; read-only. */
  EXIT_QUALIFICATION(0x6400),
  /** I/O RCX; read-only. */
  IO_RCX(0x6402),
  /** I/O RSI; read-only. */
  IO_RSI(0x6404),
  /** I/O RDI; read-only. */
  IO_RDI(0x6406),
  /** I/O RIP; read-only. */
  IO_RIP(0x6408),
  /** Guest-linear address; read-only. */
  GUEST_LINEAR_ADDRESS(0x640A),
  /** Guest CR0. */
  GUEST_CR0(0x6800),
  /** Guest CR3. */
  GUEST_CR3(0x6802),
  /** Guest CR4. */
  GUEST_CR4(0x6804),
  /** Guest ES base. */
  GUEST_ES_BASE(0x6806),
  /** Guest CS base. */
  GUEST_CS_BASE(0x6808),
  /** Guest SS base. */
  GUEST_SS_BASE(0x680A),
  /** Guest DS base. */
  GUEST_DS_BASE(0x680C),
  /** Guest FS base. */
  GUEST_FS_BASE(0x680E),
  /** Guest GS base. */
  GUEST_GS_BASE(0x6810),
  /** Guest LDTR base. */
  GUEST_LDTR_BASE(0x6812),
  /** Guest TR base. */
  GUEST_TR_BASE(0x6814),
  /** Guest GDTR base. */
  GUEST_GDTR_BASE(0x6816),
  /** Guest IDTR base. */
  GUEST_IDTR_BASE(0x6818),
  /** Guest DR7. */
  GUEST_DR7(0x681A),
  /** Guest RSP. */
  GUEST_RSP(0x681C),
  /** Guest RIP. */
  GUEST_RIP(0x681E),
  /** Guest RFLAGS. */
  GUEST_RFLAGS(0x6820),
  /** Guest pending debug exceptions. */
  GUEST_PENDING_DEBUG_EXCEPTIONS(0x6822),
  /** Guest IA32_SYSENTER_ESP. */
  GUEST_IA32_SYSENTER_ESP(0x6824),
  /** Guest IA32_SYSENTER_EIP. */
  GUEST_IA32_SYSENTER_EIP(0x6826),
  /** Host CR0. */
  HOST_CR0(0x6C00),
  /** Host CR3. */
  HOST_CR3(0x6C02),
  /** Host CR4. */
  HOST_CR4(0x6C04),
  /** Host FS base. */
  HOST_FS_BASE(0x6C06),
  /** Host GS base. */
  HOST_GS_BASE(0x6C08),
  /** Host TR base. */
  HOST_TR_BASE(0x6C0A),
  /** Host GDTR base. */
  HOST_GDTR_BASE(0x6C0C),
  /** Host IDTR base. */
  HOST_IDTR_BASE(0x6C0E),
  /** Host IA32_SYSENTER_ESP. */
  HOST_IA32_SYSENTER_ESP(0x6C10),
  /** Host IA32_SYSENTER_EIP. */
  HOST_IA32_SYSENTER_EIP(0x6C12),
  /** Host RSP. */
  HOST_RSP(0x6C14),
  /** Host RIP. */
  HOST_RIP(0x6C16);

  /** Bit 0 of an encoding: the high half of a 64-bit field. */
  public static final int HIGH = 1;

  /** Bits 14:1 of the encoding are the index. */
  private static final @Nullable VmcsField[] BY_ENCODING = new VmcsField[0x4000];

  static {
    for (VmcsField field : values()) {
      BY_ENCODING[field.encoding >>> 1] = field;
    }
  }

  /** What a field is for: bits 11:10 of its encoding. */
  public enum Type {
    /** A control. */
    CONTROL,
    /** Read-only data. */
    READ_ONLY,
    /** Guest state. */
    GUEST,
    /** Host state. */
    HOST
  }

  private static final Type[] TYPES = Type.values();

  private final int encoding;
  private final int width;

  VmcsField(int encoding) {
    this.encoding = encoding;
    this.width =
        switch (encoding >>> 13 & 3) {
          case 0 -> 16;
          case 2 -> 32;
          default -> 64;
        };
  }

  /** The field with an encoding; full access only. */
  public static Optional<VmcsField> of(int encoding) {
    return Optional.ofNullable(find(encoding));
  }

  /** As {@link #of}, null if there is none: for each VMREAD and VMWRITE of a model. */
  public static @Nullable VmcsField find(int encoding) {
    return (encoding & ~0x7FFE) == 0 ? BY_ENCODING[encoding >>> 1] : null;
  }

  /** What VMREAD and VMWRITE take for the whole field. */
  public int encoding() {
    return encoding;
  }

  /** What it is for. */
  public Type type() {
    return TYPES[encoding >>> 10 & 3];
  }

  /** Its width in bits; natural width is 64. */
  public int width() {
    return width;
  }

  /** Whether it is a 64-bit field, whose high half has an encoding of its own. */
  public boolean hasHigh() {
    return (encoding >>> 13 & 3) == 1;
  }
}
