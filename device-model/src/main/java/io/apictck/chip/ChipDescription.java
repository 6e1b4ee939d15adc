package io.apictck.chip;

import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.platform.Board.PciFunction;
import io.apictck.platform.Board.SourceOverride;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription.IoApic;
import io.apictck.platform.Stimulus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a chip tells of itself.
 *
 * @param version its version, one word
 * @param name its name
 * @param hasLocalApics whether it holds the local APICs, too
 * @param hasTime whether it wants to know the time
 * @param features what it has
 * @param stimuli what it lets a test do
 * @param msrs the MSRs it answers for
 * @param ioApics its I/O APICs
 * @param overrides ISA interrupts whose global system interrupt has another number
 * @param lines global system interrupts that can be driven
 * @param functions its PCI functions
 */
record ChipDescription(
    String version,
    String name,
    boolean hasLocalApics,
    boolean hasTime,
    Set<Feature> features,
    Set<Stimulus> stimuli,
    List<MsrRange> msrs,
    List<IoApic> ioApics,
    List<SourceOverride> overrides,
    Set<Integer> lines,
    List<PciFunction> functions) {
  /** Stimuli that a chip has or has not; of the others some are the processors', some follow. */
  static final Set<Stimulus> STIMULI =
      EnumSet.of(
          Stimulus.LINT_PINS,
          Stimulus.LOCAL_EVENTS,
          Stimulus.SUPPLIED_VECTOR,
          Stimulus.DEVICE_WRITE);

  /** What no chip has: a remapping unit needs access to memory. */
  static final Set<Feature> REMAPPING =
      EnumSet.of(
          Feature.REMAPPING_UNIT,
          Feature.INTERRUPT_REMAPPING,
          Feature.EXTENDED_INTERRUPT_MODE,
          Feature.INTERRUPT_POSTING,
          Feature.ENHANCED_SIRTP,
          Feature.WIDE_INVALIDATION_DESCRIPTORS,
          Feature.DMAR_TABLE);

  private static final int MAX_GSI = 0xFFF;
  private static final int MAX_INTERRUPTS = 0x800;
  private static final int LAST_IRQ = 0xF;
  private static final int REQUESTER = 0xFFFF;

  ChipDescription {
    features = Set.copyOf(features);
    stimuli = Set.copyOf(stimuli);
    msrs = List.copyOf(msrs);
    ioApics = List.copyOf(ioApics);
    overrides = List.copyOf(overrides);
    lines = Set.copyOf(lines);
    functions = List.copyOf(functions);
  }

  boolean ownsMsr(int msr) {
    for (MsrRange range : msrs) {
      if (range.contains(msr)) {
        return true;
      }
    }
    return false;
  }

  /** Writes the lines that tell this. */
  void write(LineWriter out) {
    out.word(Verbs.CHIP).hex(Verbs.VERSION).word(version).word(name).end();
    out.word(Verbs.HAS);
    if (hasLocalApics) {
      out.word(Verbs.LAPIC);
    }
    if (hasTime) {
      out.word(Verbs.TIME);
    }
    features.stream().sorted().forEach(feature -> out.word(FeatureNames.name(feature)));
    stimuli.stream().sorted().forEach(stimulus -> out.word(FeatureNames.name(stimulus)));
    out.end();
    for (MsrRange range : msrs) {
      out.word(Verbs.MSR)
          .hex(Integer.toUnsignedLong(range.first()))
          .hex(Integer.toUnsignedLong(range.last()))
          .end();
    }
    for (IoApic ioApic : ioApics) {
      out.word(Verbs.IO_APIC).hex(ioApic.address()).hex(ioApic.gsiBase()).hex(ioApic.inputs());
      out.end();
    }
    for (SourceOverride override : overrides) {
      out.word(Verbs.OVERRIDE).hex(override.irq()).hex(override.gsi());
      out.word(override.activeLow() ? Verbs.LOW : Verbs.HIGH);
      out.word(override.level() ? Verbs.LEVEL : Verbs.EDGE).end();
    }
    writeLines(out);
    for (PciFunction function : functions) {
      out.word(Verbs.FUNCTION).hex(function.requesterId()).hex(function.interrupts());
      out.word(function.gsi() < 0 ? Verbs.NEVER : Integer.toHexString(function.gsi()));
      out.hex(function.window()).end();
    }
  }

  private void writeLines(LineWriter out) {
    TreeSet<Integer> left = new TreeSet<>(lines);
    while (!left.isEmpty()) {
      int first = left.first();
      int last = first;
      while (left.remove(last)) {
        last++;
      }
      out.word(Verbs.LINES).hex(first).hex(last - 1).end();
    }
  }

  /**
   * Reads the lines that tell it.
   *
   * @throws ProtocolException if a line is wrong, or none says which version the chip speaks
   */
  static ChipDescription parse(List<String> told) {
    Parser parser = new Parser();
    told.stream().map(Words::new).forEach(parser::line);
    return parser.description();
  }

  /** Collects lines. */
  private static final class Parser {
    private String version = "";
    private String name = "";
    private final Set<String> words = new TreeSet<>();
    private final Set<Feature> features = EnumSet.noneOf(Feature.class);
    private final Set<Stimulus> stimuli = EnumSet.noneOf(Stimulus.class);
    private final List<MsrRange> msrs = new ArrayList<>();
    private final List<IoApic> ioApics = new ArrayList<>();
    private final List<SourceOverride> overrides = new ArrayList<>();
    private final Set<Integer> lines = new HashSet<>();
    private final List<PciFunction> functions = new ArrayList<>();

    void line(Words words) {
      switch (words.next()) {
        case Verbs.CHIP -> chip(words);
        case Verbs.HAS -> has(words);
        case Verbs.MSR -> msrs.add(new MsrRange((int) words.hex(), (int) words.hex()));
        case Verbs.IO_APIC ->
            ioApics.add(new IoApic(words.hex(), words.hex(MAX_GSI), inputs(words)));
        case Verbs.OVERRIDE ->
            overrides.add(
                new SourceOverride(
                    words.hex(LAST_IRQ),
                    words.hex(MAX_GSI),
                    choice(words, Verbs.LOW, Verbs.HIGH),
                    choice(words, Verbs.LEVEL, Verbs.EDGE)));
        case Verbs.LINES -> {
          int first = words.hex(MAX_GSI);
          int last = words.hex(MAX_GSI);
          for (int gsi = first; gsi <= last; gsi++) {
            lines.add(gsi);
          }
        }
        case Verbs.FUNCTION ->
            functions.add(
                new PciFunction(
                    words.hex(REQUESTER), words.hex(MAX_INTERRUPTS), pin(words), words.hex()));
        default -> throw new ProtocolException("\"" + words + "\" tells nothing of a chip");
      }
      words.end();
    }

    private void chip(Words words) {
      int spoken = words.hex(Integer.MAX_VALUE);
      if (spoken != Verbs.VERSION) {
        throw new ProtocolException(
            "it speaks version %d of the protocol, this kit version %d"
                .formatted(spoken, Verbs.VERSION));
      }
      version = words.next();
      name = words.rest();
    }

    private void has(Words list) {
      while (list.hasNext()) {
        String word = list.next();
        if (FeatureNames.feature(word).filter(REMAPPING::contains).isPresent()) {
          throw new ProtocolException("it has \"" + word + "\", but chips have no remapping unit");
        } else if (FeatureNames.feature(word).isPresent()) {
          features.add(FeatureNames.feature(word).get());
        } else if (FeatureNames.stimulus(word).filter(STIMULI::contains).isPresent()) {
          stimuli.add(FeatureNames.stimulus(word).get());
        } else if (word.equals(Verbs.LAPIC) || word.equals(Verbs.TIME)) {
          words.add(word);
        } else {
          throw new ProtocolException("it has \"" + word + "\", which this kit does not know");
        }
      }
    }

    private static int inputs(Words words) {
      int inputs = words.hex(IoApicSetup.MAX_INPUTS);
      if (inputs < IoApicSetup.MIN_INPUTS) {
        throw new ProtocolException(
            "an I/O APIC has at least %x inputs, not as in \"%s\""
                .formatted(IoApicSetup.MIN_INPUTS, words));
      }
      return inputs;
    }

    private static int pin(Words words) {
      String word = words.next();
      return word.equals(Verbs.NEVER) ? -1 : (int) words.number(word);
    }

    private static boolean choice(Words words, String yes, String no) {
      String word = words.next();
      if (!word.equals(yes) && !word.equals(no)) {
        throw new ProtocolException(
            "\"%s\" in \"%s\" is neither %s nor %s".formatted(word, words, yes, no));
      }
      return word.equals(yes);
    }

    ChipDescription description() {
      if (version.isEmpty()) {
        throw new ProtocolException("it does not say \"chip\", its version and its name");
      }
      return new ChipDescription(
          version,
          name.isEmpty() ? "chip" : name,
          words.contains(Verbs.LAPIC),
          words.contains(Verbs.TIME),
          features,
          stimuli,
          msrs,
          ioApics,
          overrides,
          lines,
          functions);
    }
  }
}
