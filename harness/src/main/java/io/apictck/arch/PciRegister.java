package io.apictck.arch;

/**
 * Configuration space of a PCI function with a type 0 header (PCI Local Bus Specification,
 * "Configuration Space Organization", "Device Control", "Device Status", "Base Addresses") and the
 * ports of configuration mechanism #1.
 */
public final class PciRegister {
  /** Port of CONFIG_ADDRESS, 32 bits. */
  public static final int CONFIG_ADDRESS = 0xCF8;

  /** First port of CONFIG_DATA, 32 bits. */
  public static final int CONFIG_DATA = 0xCFC;

  /** CONFIG_ADDRESS: accesses to CONFIG_DATA become configuration accesses. */
  public static final int CONFIG_ENABLE = 1 << 31;

  /** Size of configuration space in bytes. */
  public static final int CONFIG_SIZE = 0x100;

  /** Size of the header in bytes: capabilities lie behind it. */
  public static final int HEADER_SIZE = 0x40;

  /** 16 bits; FFFFh where there is no function. */
  public static final int VENDOR_ID = 0x00;

  /** 16 bits. */
  public static final int DEVICE_ID = 0x02;

  /** 16 bits. */
  public static final int COMMAND = 0x04;

  /** 16 bits. */
  public static final int STATUS = 0x06;

  /** 32 bits: class code and revision. */
  public static final int REVISION_AND_CLASS = 0x08;

  /** 8 bits. */
  public static final int HEADER_TYPE = 0x0E;

  /** The first of six, 32 bits each. */
  public static final int BASE_ADDRESS = 0x10;

  /** 8 bits: offset of the first capability. */
  public static final int CAPABILITIES_POINTER = 0x34;

  /** 8 bits. */
  public static final int INTERRUPT_LINE = 0x3C;

  /** 8 bits: 0 for none, 1 for INTA# to 4 for INTD#. */
  public static final int INTERRUPT_PIN = 0x3D;

  /** How many base address registers there are. */
  public static final int BASE_ADDRESSES = 6;

  /** Command: the function answers to its memory addresses. */
  public static final int COMMAND_MEMORY_SPACE = 1 << 1;

  /** Command: the function may send memory writes, so also messages. */
  public static final int COMMAND_BUS_MASTER = 1 << 2;

  /** Command: the function does not assert its interrupt pin. */
  public static final int COMMAND_INTERRUPT_DISABLE = 1 << 10;

  /** Status, read only: an interrupt is pending in the function. */
  public static final int STATUS_INTERRUPT = 1 << 3;

  /** Status, read only: there is a capabilities list. */
  public static final int STATUS_CAPABILITIES_LIST = 1 << 4;

  /** Base address register: an I/O address. */
  public static final int BAR_IO_SPACE = 1;

  /** Base address register: bits 2:1 of a memory address. */
  public static final int BAR_TYPE = 3 << 1;

  /** Base address register: type of a 64-bit address, whose upper half is the next register. */
  public static final int BAR_TYPE_64 = 2 << 1;

  /** Base address register: bits 31:4 of a memory address. */
  public static final int BAR_ADDRESS = ~0xF;

  private PciRegister() {}
}
