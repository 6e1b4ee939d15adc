package io.apictck.faults;

import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferencePlatformProvider;
import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformProvider;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The target {@code faulty:fault=...}: the reference model with one planted fault. */
public final class FaultyPlatformProvider implements PlatformProvider {
  private static final String FAULT = "fault";

  private final ReferencePlatformProvider reference = new ReferencePlatformProvider();

  /** For {@link java.util.ServiceLoader}. */
  public FaultyPlatformProvider() {}

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public String summary() {
    return "The reference model with a planted fault.";
  }

  @Override
  public Map<String, String> options() {
    return Map.of(FAULT, "Id of the fault, as in BUG-043.");
  }

  @Override
  public Platform open(Map<String, String> options, MachineRequest request) {
    PlantedFault fault = find(options.get(FAULT));
    Set<Feature> features = EnumSet.allOf(Feature.class);
    features.removeAll(request.without());
    return fault.machine().apply(new ModelConfiguration(apicIds(request), features));
  }

  private static PlantedFault find(String id) {
    for (PlantedFault fault : PlantedFaults.all()) {
      if (fault.id().equals(id)) {
        return fault;
      }
    }
    throw new PlatformException("there is no planted fault " + id);
  }

  /** As the reference model has them; it also refuses what cannot be. */
  private List<Integer> apicIds(MachineRequest request) {
    try (Platform platform = reference.open(Map.of(), request)) {
      return platform.description().apicIds();
    }
  }
}
