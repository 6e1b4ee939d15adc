package io.apictck.chip;

import io.apictck.arch.InterruptCommand;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.processor.Processor;
import io.apictck.platform.Action;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;
import io.apictck.platform.Outcome;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.platform.Stimulus;
import io.apictck.platform.UnsupportedRequestException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reference processors around a chip. */
final class ChipPlatform implements Platform {
  /** What the processors and the firmware of the machine have, whatever the chip is. */
  private static final Set<Feature> OF_THE_MACHINE =
      EnumSet.of(
          Feature.MONITOR_MWAIT,
          Feature.USER_INTERRUPTS,
          Feature.FIVE_LEVEL_PAGING,
          Feature.WAITPKG,
          Feature.SHADOW_STACKS,
          Feature.BRANCH_TRACKING,
          Feature.RTM,
          Feature.ACPI_TABLES,
          Feature.MP_TABLE);

  private static final Set<Feature> OF_LOCAL_APICS =
      EnumSet.of(
          Feature.X2APIC,
          Feature.TSC_DEADLINE,
          Feature.EOI_BROADCAST_SUPPRESSION,
          Feature.LVT_PERFORMANCE,
          Feature.LVT_THERMAL,
          Feature.LVT_CMCI);

  /** What software cannot probe for. */
  private static final Set<Feature> OF_THE_BOARD =
      EnumSet.of(
          Feature.PIC,
          Feature.ELCR,
          Feature.INTR_AT_IO_APIC,
          Feature.IMCR,
          Feature.PIT,
          Feature.RTC,
          Feature.ACPI_TABLES,
          Feature.MP_TABLE,
          Feature.EXTENDED_DESTINATION_ID);

  /** Requirements that are not about a chip without local APICs. */
  private static final Set<String> OF_THE_REFERENCE =
      Set.of("LAPIC-", "X2-", "BASE-", "INIT-", "CPU-", "MSI-MSG-", "GSI-TAB-", "KUT-");

  private final ChipLink link;
  private final ReferencePlatform platform;
  private final PlatformDescription description;

  private ChipPlatform(ChipLink link, ReferencePlatform platform, PlatformDescription description) {
    this.link = link;
    this.platform = platform;
    this.description = description;
  }

  /** Says hello and builds the machine; the link is closed if that fails. */
  static ChipPlatform open(ChipLink link, ChipRequest request) {
    try {
      ChipDescription chip = hello(link, request);
      ModelConfiguration configuration = configuration(chip, request);
      ReferencePlatform platform =
          new ReferencePlatform(
              configuration,
              board(chip, configuration),
              (ignored, client) -> chipset(link, chip, configuration, client),
              Processor::new);
      return new ChipPlatform(link, platform, describe(chip, platform.description()));
    } catch (RuntimeException e) {
      link.close();
      throw e;
    }
  }

  private static ChipDescription hello(ChipLink link, ChipRequest request) {
    link.out().word(request.line());
    List<String> told = new ArrayList<>();
    Words answer = link.exchange((verb, words) -> told.add(verb + " " + words.rest()));
    switch (answer.next()) {
      case Verbs.OK -> {
        // it is as it was asked to be
      }
      case Verbs.NO -> throw new UnsupportedRequestException("the chip says: " + answer.rest());
      default ->
          throw new PlatformException("the chip answers the hello by \"%s\"".formatted(answer));
    }
    try {
      ChipDescription chip = ChipDescription.parse(told);
      check(chip, request);
      return chip;
    } catch (ProtocolException e) {
      throw new PlatformException("what the chip says of itself is wrong: " + e.getMessage(), e);
    }
  }

  private static void check(ChipDescription chip, ChipRequest request) {
    for (Feature feature : request.without()) {
      if (chip.features().contains(feature)
          || (feature == Feature.IO_APIC && !chip.ioApics().isEmpty())) {
        throw new UnsupportedRequestException(
            "the chip cannot be without " + FeatureNames.name(feature));
      }
    }
    if (!chip.hasLocalApics() && chip.features().contains(Feature.IMCR)) {
      throw new ProtocolException("an interrupt mode configuration register needs local APICs");
    }
    for (int id : request.apicIds()) {
      if (Integer.compareUnsigned(id, InterruptCommand.XAPIC_BROADCAST) >= 0
          && !features(chip, request).contains(Feature.X2APIC)) {
        throw new UnsupportedRequestException(
            "without x2APIC mode no processor has APIC ID %xh".formatted(id));
      }
    }
  }

  private static Set<Feature> features(ChipDescription chip, ChipRequest request) {
    Set<Feature> features = EnumSet.copyOf(OF_THE_MACHINE);
    if (!chip.hasLocalApics()) {
      features.addAll(OF_LOCAL_APICS);
    }
    features.removeAll(request.without());
    features.addAll(chip.features());
    if (!chip.ioApics().isEmpty()) {
      features.add(Feature.IO_APIC);
    }
    return features;
  }

  private static ModelConfiguration configuration(ChipDescription chip, ChipRequest request) {
    return new ModelConfiguration(
        request.apicIds(),
        features(chip, request),
        chip.ioApics().stream()
            .map(io -> new IoApicSetup(io.address(), io.gsiBase(), io.inputs()))
            .toList());
  }

  private static Board board(ChipDescription chip, ModelConfiguration configuration) {
    Set<Feature> devices = EnumSet.copyOf(OF_THE_BOARD);
    devices.retainAll(configuration.features());
    return new Board(chip.ioApics(), devices, chip.overrides(), chip.lines(), chip.functions());
  }

  private static Chipset chipset(
      ChipLink link, ChipDescription chip, ModelConfiguration configuration, ChipsetClient client) {
    return chip.hasLocalApics()
        ? new WholeChipset(link, chip, configuration.apicIds().size(), client)
        : new BorrowingChipset(link, chip, configuration, client);
  }

  private static PlatformDescription describe(ChipDescription chip, PlatformDescription machine) {
    Set<Stimulus> stimuli = EnumSet.copyOf(machine.stimuli());
    if (chip.hasLocalApics()) {
      stimuli.removeAll(ChipDescription.STIMULI);
      stimuli.addAll(chip.stimuli());
    }
    return new PlatformDescription(
        chip.name(),
        chip.version(),
        machine.apicIds(),
        machine.scratchBase(),
        machine.scratchSize(),
        machine.startVectors(),
        machine.board(),
        stimuli,
        machine.virtualTime(),
        machine.patience(),
        machine.quiet(),
        chip.hasLocalApics() ? Set.of() : OF_THE_REFERENCE);
  }

  @Override
  public PlatformDescription description() {
    return description;
  }

  @Override
  public Outcome perform(Action action) {
    return platform.perform(action);
  }

  @Override
  public long userInterruptHandler() {
    return platform.userInterruptHandler();
  }

  @Override
  public void close() {
    link.close();
  }
}
