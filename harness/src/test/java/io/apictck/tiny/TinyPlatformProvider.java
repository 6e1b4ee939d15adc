package io.apictck.tiny;

import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformProvider;
import io.apictck.platform.UnsupportedRequestException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The target {@code tiny}. */
public final class TinyPlatformProvider implements PlatformProvider {
  @Override
  public String name() {
    return "tiny";
  }

  @Override
  public String summary() {
    return "One processor with a minimal local APIC.";
  }

  @Override
  public Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("hang", "Writes to TPR never end.");
    options.put("crash", "Writes to TPR throw.");
    options.put("fault", "Which rule of the SPI it breaks.");
    return options;
  }

  @Override
  public Platform open(Map<String, String> options, MachineRequest request) {
    if (request.processors() > 1) {
      throw new UnsupportedRequestException("tiny has one processor");
    }
    if (!request.apicIds().isEmpty()) {
      throw new UnsupportedRequestException("tiny chooses its APIC ID itself");
    }
    return new TinyPlatform(TinyPlatform.Trouble.of(options));
  }
}
