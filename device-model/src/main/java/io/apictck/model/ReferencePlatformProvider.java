package io.apictck.model;

import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformProvider;
import io.apictck.platform.UnsupportedRequestException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The target {@code model}: the reference model, with any number of processors and any APIC IDs.
 */
public final class ReferencePlatformProvider implements PlatformProvider {
  private static final String WITHOUT = "without";
  private static final String IO_APICS = "io-apics";
  private static final String IO_APIC_INPUTS = "io-apic-inputs";

  /** Highest APIC ID of a processor that has no x2APIC mode; FFh is the broadcast. */
  private static final int MAX_XAPIC_ID = 0xFE;

  private static final int MAX_PROCESSORS = 4096;

  /** For {@link java.util.ServiceLoader}. */
  public ReferencePlatformProvider() {}

  @Override
  public String name() {
    return "model";
  }

  @Override
  public String summary() {
    return "The reference model of processors and interrupt controllers, in this JVM and in virtual"
        + " time.";
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        WITHOUT,
        "Features the machine must not offer, joined by +, as in x2apic+tsc-deadline.",
        IO_APICS,
        "How many I/O APICs, 1 to %d; 1 without it.".formatted(IoApicSetup.MAX_COUNT),
        IO_APIC_INPUTS,
        "Inputs of each I/O APIC, %d to %d; %d without it."
            .formatted(
                IoApicSetup.MIN_INPUTS,
                IoApicSetup.MAX_INPUTS,
                ModelConfiguration.PC_IO_APIC.inputs()));
  }

  @Override
  public Platform open(Map<String, String> options, MachineRequest request) {
    return new ReferencePlatform(configuration(options, request), ReferenceChipset::new);
  }

  /**
   * How the machine is built that a test wants.
   *
   * @param given what stands behind the colon of the target
   * @throws UnsupportedRequestException if the model cannot be like that
   * @throws PlatformException if an option is wrong
   */
  public ModelConfiguration configuration(Map<String, String> given, MachineRequest request) {
    for (String key : given.keySet()) {
      if (!options().containsKey(key)) {
        throw new PlatformException("the target model has no option " + key);
      }
    }
    Set<Feature> features = EnumSet.allOf(Feature.class);
    if (given.containsKey(WITHOUT)) {
      features.removeAll(featuresOf(given.get(WITHOUT)));
    }
    features.removeAll(request.without());
    List<IoApicSetup> ioApics =
        IoApicSetup.several(
            number(given, IO_APICS, 1, 1, IoApicSetup.MAX_COUNT),
            number(
                given,
                IO_APIC_INPUTS,
                ModelConfiguration.PC_IO_APIC.inputs(),
                IoApicSetup.MIN_INPUTS,
                IoApicSetup.MAX_INPUTS));
    ModelConfiguration configuration = new ModelConfiguration(apicIds(request), features, ioApics);
    check(configuration);
    return configuration;
  }

  private static List<Integer> apicIds(MachineRequest request) {
    return request.apicIds().isEmpty()
        ? IntStream.range(0, request.processors()).boxed().toList()
        : request.apicIds();
  }

  private static void check(ModelConfiguration configuration) {
    List<Integer> apicIds = configuration.apicIds();
    if (apicIds.size() > MAX_PROCESSORS) {
      throw new UnsupportedRequestException(
          "the model has at most " + MAX_PROCESSORS + " processors, not " + apicIds.size());
    }
    Set<Integer> seen = new HashSet<>();
    for (int apicId : apicIds) {
      if (apicId < 0 || (!configuration.has(Feature.X2APIC) && apicId > MAX_XAPIC_ID)) {
        throw new UnsupportedRequestException(
            "the model cannot have APIC ID " + Integer.toHexString(apicId) + "h");
      }
      if (!seen.add(apicId)) {
        throw new UnsupportedRequestException(
            "two processors cannot have APIC ID " + Integer.toHexString(apicId) + "h");
      }
    }
  }

  private static int number(
      Map<String, String> options, String key, int without, int lowest, int highest) {
    String value = options.get(key);
    if (value == null) {
      return without;
    }
    int number = value.matches("\\d{1,4}") ? Integer.parseInt(value) : -1;
    if (number < lowest || number > highest) {
      throw new PlatformException(
          "the option %s of the target model is a number from %d to %d, not %s"
              .formatted(key, lowest, highest, value));
    }
    return number;
  }

  private static Set<Feature> featuresOf(String value) {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    for (String name : value.split("\\+", -1)) {
      features.add(feature(name));
    }
    return features;
  }

  private static Feature feature(String name) {
    String wanted = name.replace('-', '_').toUpperCase(Locale.ROOT);
    for (Feature feature : Feature.values()) {
      if (feature.name().equals(wanted)) {
        return feature;
      }
    }
    throw new PlatformException("the target model knows no feature " + name);
  }
}
