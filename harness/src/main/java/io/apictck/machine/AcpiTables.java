package io.apictck.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ACPI tables that firmware left, found as software does (ACPI Specification, "Root System
 * Description Pointer"). A broken table is a failed assertion.
 */
public final class AcpiTables {
  private static final long RSDP_SIGNATURE = 0x2052_5450_2044_5352L;
  private static final int RSDP_LENGTH = 36;
  private static final int RSDP_FIRST_LENGTH = 20;
  private static final int RSDP_REVISION = 15;
  private static final int RSDT_ADDRESS = 16;
  private static final int XSDT_ADDRESS = 24;

  /** Length of the header that all tables but the RSDP have. */
  static final int HEADER = 36;

  private static final int MAX_TABLES = 256;

  private final Cpu cpu;
  private final List<Header> headers = new ArrayList<>();

  private record Header(String signature, long address, int length) {}

  private AcpiTables(Cpu cpu) {
    this.cpu = cpu;
    FirmwareTable pointer = pointer();
    boolean extended = pointer.u8(RSDP_REVISION) >= 2 && pointer.u64(XSDT_ADDRESS) != 0;
    long root = extended ? pointer.u64(XSDT_ADDRESS) : pointer.address32(RSDT_ADDRESS);
    FirmwareTable table = load(header(root), extended ? "XSDT" : "RSDT");
    int width = extended ? Long.BYTES : Integer.BYTES;
    int count = (table.length() - HEADER) / width;
    if (HEADER + count * width != table.length() || count > MAX_TABLES) {
      throw table.broken("a length of %d bytes makes no sense".formatted(table.length()));
    }
    for (int i = 0; i < count; i++) {
      int offset = HEADER + i * width;
      headers.add(header(extended ? table.u64(offset) : table.address32(offset)));
    }
  }

  /** Reads them by loads of processor 0. */
  public static AcpiTables of(Machine machine) {
    return new AcpiTables(machine.cpu(0));
  }

  private FirmwareTable pointer() {
    for (long address : BiosArea.find(cpu, RSDP_SIGNATURE, Long.BYTES)) {
      FirmwareTable found = FirmwareTable.load(cpu, "RSDP", address, RSDP_LENGTH);
      boolean extended = found.u8(RSDP_REVISION) >= 2;
      if (found.sum(RSDP_FIRST_LENGTH) == 0 && (!extended || found.sum(RSDP_LENGTH) == 0)) {
        return found;
      }
    }
    throw new AssertionError("there is no RSDP whose bytes sum to 0 where software looks for it");
  }

  private Header header(long address) {
    FirmwareTable header = FirmwareTable.load(cpu, "ACPI table", address, HEADER);
    return new Header(header.text(0, 4), address, header.u32(4));
  }

  private FirmwareTable load(Header header, String signature) {
    FirmwareTable table = FirmwareTable.load(cpu, signature, header.address(), header.length());
    if (!header.signature().equals(signature)) {
      throw table.broken("its signature is \"%s\"".formatted(header.signature()));
    }
    if (table.length() < HEADER) {
      throw table.broken("it is shorter than its header");
    }
    return table.summingToZero();
  }

  /** The signatures of the tables, in order. */
  public List<String> signatures() {
    return headers.stream().map(Header::signature).toList();
  }

  private Optional<FirmwareTable> find(String signature) {
    return headers.stream()
        .filter(header -> header.signature().equals(signature))
        .findFirst()
        .map(header -> load(header, signature));
  }

  /**
   * The multiple APIC description table.
   *
   * @throws AssertionError if it is missing or broken
   */
  public Madt madt() {
    return find("APIC")
        .map(Madt::of)
        .orElseThrow(() -> new AssertionError("there is no MADT, only " + signatures()));
  }

  /**
   * The DMA remapping reporting table.
   *
   * @throws AssertionError if it is missing or broken
   */
  public Dmar dmar() {
    return find("DMAR")
        .map(Dmar::of)
        .orElseThrow(() -> new AssertionError("there is no DMAR, only " + signatures()));
  }
}
