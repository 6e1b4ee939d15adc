package io.apictck.platform;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is wired to what on the board of a machine: what firmware would tell in its ACPI and MP
 * tables.
 *
 * @param ioApics the I/O APICs
 * @param devices parts of the board that software cannot probe for, as {@link Feature#PIC}
 * @param overrides ISA interrupts whose global system interrupt has another number, polarity or
 *     trigger mode (ACPI, "Interrupt Source Override Structure")
 * @param lines global system interrupts that {@link Action.SetLine} drives
 * @param functions PCI functions that {@link Action.FunctionInterrupt} drives
 * @param remappingUnits remapping units (Intel VT-d) that interrupt requests go through
 */
public record Board(
    List<PlatformDescription.IoApic> ioApics,
    Set<Feature> devices,
    List<SourceOverride> overrides,
    Set<Integer> lines,
    List<PciFunction> functions,
    List<RemappingUnit> remappingUnits) {
  /** Nothing but processors and memory. */
  public static final Board BARE = new Board(List.of(), Set.of(), List.of(), Set.of(), List.of());

  /** Takes copies. */
  public Board {
    ioApics = List.copyOf(ioApics);
    devices = Set.copyOf(devices);
    overrides = List.copyOf(overrides);
    lines = Set.copyOf(lines);
    functions = List.copyOf(functions);
    remappingUnits = List.copyOf(remappingUnits);
  }

  /** A board without remapping units. */
  public Board(
      List<PlatformDescription.IoApic> ioApics,
      Set<Feature> devices,
      List<SourceOverride> overrides,
      Set<Integer> lines,
      List<PciFunction> functions) {
    this(ioApics, devices, overrides, lines, functions, List.of());
  }

  /** I/O APICs alone, all of whose inputs can be driven. */
  public static Board of(PlatformDescription.IoApic... ioApics) {
    Set<Integer> lines =
        List.of(ioApics).stream()
            .flatMapToInt(io -> IntStream.range(io.gsiBase(), io.gsiBase() + io.inputs()))
            .boxed()
            .collect(Collectors.toSet());
    return new Board(List.of(ioApics), Set.of(), List.of(), lines, List.of());
  }

  /** The global system interrupts that can be driven and end at an I/O APIC, in rising order. */
  public List<Integer> pins() {
    return lines.stream().filter(gsi -> ioApicOf(gsi).isPresent()).sorted().toList();
  }

  /** Which I/O APIC, from 0, has an input for a global system interrupt; empty if none has. */
  public OptionalInt ioApicOf(int gsi) {
    return IntStream.range(0, ioApics.size())
        .filter(i -> {
          PlatformDescription.IoApic io = ioApics.get(i);
          return gsi >= io.gsiBase() && gsi < io.gsiBase() + io.inputs();
        })
        .findFirst();
  }

  /** The global system interrupt of an ISA interrupt: its own number unless overridden. */
  public int gsiOfIsa(int irq) {
    for (SourceOverride override : overrides) {
      if (override.irq() == irq) {
        return override.gsi();
      }
    }
    return irq;
  }

  /**
   * A change of the number, polarity or trigger mode of an ISA interrupt.
   *
   * @param irq ISA interrupt, 0 to 15
   * @param gsi global system interrupt that it is
   * @param activeLow whether its input is to be programmed active low
   * @param level whether its input is to be programmed level-triggered
   */
  public record SourceOverride(int irq, int gsi, boolean activeLow, boolean level) {}

  /**
   * A PCI function with an interrupt pin or a message capability; what it has is told by its
   * configuration space, by ports CF8h and CFCh.
   *
   * @param requesterId bus, device and function, 16 bits
   * @param interrupts how many interrupts its device logic has, from 1; number n is message n
   * @param gsi global system interrupt of its interrupt pin, -1 if it has none
   * @param window physical address of memory space that nobody else decodes, for those of its base
   *     address registers that firmware left at 0; 16 MiB, and a multiple of that; 0 if they are
   *     not to be touched
   */
  public record PciFunction(int requesterId, int interrupts, int gsi, long window) {
    /** Size of a window in bytes. */
    public static final long WINDOW_SIZE = 0x0100_0000;

    /** A function whose base addresses tests leave as they are. */
    public PciFunction(int requesterId, int interrupts, int gsi) {
      this(requesterId, interrupts, gsi, 0);
    }
  }

  /**
   * A remapping unit of Intel VT-d; what it supports is told by its registers.
   *
   * @param address physical address of its register page
   * @param ioApics I/O APICs whose requests go through it
   */
  public record RemappingUnit(long address, List<IoApicScope> ioApics) {
    /** Takes a copy. */
    public RemappingUnit {
      ioApics = List.copyOf(ioApics);
    }
  }

  /**
   * An I/O APIC behind a remapping unit.
   *
   * @param ioApic which one of {@link Board#ioApics}, from 0
   * @param sourceId the requester ID of its requests: bus, device and function, 16 bits
   */
  public record IoApicScope(int ioApic, int sourceId) {}
}
