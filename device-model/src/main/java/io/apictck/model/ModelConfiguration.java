package io.apictck.model;

import io.apictck.platform.Feature;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How a reference machine is built.
 *
 * @param apicIds x2APIC ID of each processor, in index order
 * @param features what it offers
 * @param ioApics the I/O APICs; none of them is there without {@link Feature#IO_APIC}
 */
public record ModelConfiguration(
    List<Integer> apicIds, Set<Feature> features, List<IoApicSetup> ioApics) {
  /** The I/O APIC of a PC. */
  public static final IoApicSetup PC_IO_APIC = new IoApicSetup(0xFEC0_0000L, 0, 24);

  /** Physical address bits. */
  public static final int MAX_PHY_ADDR = 46;

  /** Linear address bits with four levels of paging structures. */
  public static final int FOUR_LEVEL_BITS = 48;

  /** Linear address bits with five levels. */
  public static final int FIVE_LEVEL_BITS = 57;

  /** Time-stamp counter ticks per nanosecond: 1 GHz. */
  public static final long TSC_PER_NANO = 1;

  /** Nanoseconds per tick of the APIC timer's input clock, the core crystal clock of 25 MHz. */
  public static final long NANOS_PER_CRYSTAL_TICK = 40;

  /** Nanoseconds that each instruction takes. */
  public static final long NANOS_PER_INSTRUCTION = 1;

  /** Takes copies. */
  public ModelConfiguration {
    apicIds = List.copyOf(apicIds);
    features = consistent(features);
    ioApics = features.contains(Feature.IO_APIC) ? List.copyOf(ioApics) : List.of();
  }

  /** A machine with one I/O APIC of 24 inputs. */
  public ModelConfiguration(List<Integer> apicIds, Set<Feature> features) {
    this(apicIds, features, List.of(PC_IO_APIC));
  }

  /** Without the parts that need a part which is not there. */
  private static Set<Feature> consistent(Set<Feature> wanted) {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    features.addAll(wanted);
    if (!features.contains(Feature.PIC)) {
      features.removeAll(Set.of(Feature.ELCR, Feature.INTR_AT_IO_APIC, Feature.IMCR));
    }
    if (!features.contains(Feature.IO_APIC)) {
      features.removeAll(Set.of(Feature.INTR_AT_IO_APIC, Feature.IO_APIC_EOI_REGISTER));
    }
    RemappingFeatures.makeConsistent(features);
    VmxFeatures.makeConsistent(features);
    // asked often: a set of bits answers fastest
    return Collections.unmodifiableSet(features);
  }

  /**
   * An I/O APIC.
   *
   * @param address physical address of its register page
   * @param gsiBase global system interrupt of its input 0
   * @param inputs how many inputs, 16 to 240
   */
  public record IoApicSetup(long address, int gsiBase, int inputs) {
    /** The fewest inputs. */
    public static final int MIN_INPUTS = 16;

    /** The most inputs. */
    public static final int MAX_INPUTS = 240;

    /** How far apart the register pages of several I/O APICs are. */
    private static final long PAGE = 0x1000;

    /** The most I/O APICs, each with a page of its own from FEC0_0000h. */
    public static final int MAX_COUNT = 16;

    /** Checks the number of inputs. */
    public IoApicSetup {
      if (inputs < MIN_INPUTS || inputs > MAX_INPUTS) {
        throw new IllegalArgumentException(
            "an I/O APIC has %d to %d inputs, not %d".formatted(MIN_INPUTS, MAX_INPUTS, inputs));
      }
    }

    /** Several alike, one after the other from FEC0_0000h and global system interrupt 0. */
    public static List<IoApicSetup> several(int count, int inputs) {
      return IntStream.range(0, count)
          .mapToObj(i -> new IoApicSetup(PC_IO_APIC.address() + i * PAGE, i * inputs, inputs))
          .toList();
    }
  }

  /** The same machine without these features. */
  public ModelConfiguration without(Set<Feature> unwanted) {
    Set<Feature> left = EnumSet.noneOf(Feature.class);
    left.addAll(features);
    left.removeAll(unwanted);
    return new ModelConfiguration(apicIds, left, ioApics);
  }

  public boolean has(Feature feature) {
    return features.contains(feature);
  }

  /** Linear address bits, the most of any mode. */
  public int linearAddressBits() {
    return has(Feature.FIVE_LEVEL_PAGING) ? FIVE_LEVEL_BITS : FOUR_LEVEL_BITS;
  }

  /** Bits 23:16 of the local APIC version register. */
  public int maxLvtEntry() {
    if (!has(Feature.LVT_PERFORMANCE)) {
      return 3;
    }
    if (!has(Feature.LVT_THERMAL)) {
      return 4;
    }
    return has(Feature.LVT_CMCI) ? 6 : 5;
  }
}
