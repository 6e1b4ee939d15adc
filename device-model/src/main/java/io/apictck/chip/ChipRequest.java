package io.apictck.chip;

import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a chip is asked to be.
 *
 * @param apicIds APIC ID of each processor
 * @param without features that it must not have
 */
record ChipRequest(List<Integer> apicIds, Set<Feature> without) {
  ChipRequest {
    apicIds = List.copyOf(apicIds);
    without = Set.copyOf(without);
  }

  static ChipRequest of(MachineRequest request) {
    List<Integer> ids =
        request.apicIds().isEmpty()
            ? IntStream.range(0, request.processors()).boxed().toList()
            : request.apicIds();
    return new ChipRequest(ids, request.without());
  }

  /** Reads what stands behind the version in a hello. */
  static ChipRequest parse(Words words) {
    List<Integer> ids = List.of(0);
    Set<Feature> without = EnumSet.noneOf(Feature.class);
    while (words.hasNext()) {
      String word = words.next();
      if (word.startsWith(Verbs.APIC_IDS)) {
        ids = ids(words, word.substring(Verbs.APIC_IDS.length()));
      } else if (word.startsWith(Verbs.WITHOUT)) {
        for (String name : word.substring(Verbs.WITHOUT.length()).split(",", -1)) {
          FeatureNames.feature(name).ifPresent(without::add);
        }
      }
    }
    return new ChipRequest(ids, without);
  }

  private static List<Integer> ids(Words words, String list) {
    return List.of(list.split(",", -1)).stream().map(id -> (int) words.number(id)).toList();
  }

  /** The whole hello. */
  String line() {
    StringBuilder line = new StringBuilder(Verbs.HELLO).append(' ').append(Verbs.VERSION);
    line.append(' ')
        .append(
            apicIds.stream()
                .map(Integer::toHexString)
                .collect(Collectors.joining(",", Verbs.APIC_IDS, "")));
    if (!without.isEmpty()) {
      line.append(' ')
          .append(
              without.stream()
                  .sorted()
                  .map(FeatureNames::name)
                  .collect(Collectors.joining(",", Verbs.WITHOUT, "")));
    }
    return line.toString();
  }

  /** As a machine request. */
  MachineRequest machine() {
    return new MachineRequest(apicIds.size(), apicIds, without);
  }
}
