package io.apictck.target.serial;

import io.apictck.platform.Board;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformProvider;
import io.apictck.platform.Stimulus;
import io.apictck.platform.UnsupportedRequestException;
import io.apictck.target.agent.AgentImage;
import io.apictck.target.agent.AgentLayout;
import io.apictck.target.agent.AgentPlatform;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The target {@code serial}: a machine that booted {@code agent.img}, at the end of a line. */
public final class SerialPlatformProvider implements PlatformProvider {
  private static final String DEVICE = "device";
  private static final String PROCESSORS = "processors";
  private static final String NAME = "machine";
  private static final String VERSION = "version";
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration QUIET = Duration.ofMillis(10);

  /** For {@link java.util.ServiceLoader}. */
  public SerialPlatformProvider() {}

  @Override
  public String name() {
    return "serial";
  }

  @Override
  public String summary() {
    return "A machine that booted the guest agent's disk image, over a serial port or a"
        + " pseudo-terminal: serial:/dev/ttyS0.";
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        DEVICE, "The port; a path alone means it.",
        PROCESSORS, "How many processors the machine has, with APIC IDs from 0 on; 1 by default.",
        NAME, "What the machine is called in reports; serial by default.",
        VERSION, "Its version, for known issues.");
  }

  @Override
  public List<String> obstacles() {
    return AgentImage.isThere() ? List.of() : List.of(AgentImage.obstacle());
  }

  @Override
  public Platform open(Map<String, String> options, MachineRequest request) {
    String device = options.get(DEVICE);
    if (device == null) {
      throw new PlatformException("the target serial needs a device, as in serial:/dev/ttyS0");
    }
    int processors = number(options.getOrDefault(PROCESSORS, "1"));
    check(request, processors);
    DeviceHost host =
        new DeviceHost(
            Path.of(device),
            description(
                options.getOrDefault(NAME, name()), options.getOrDefault(VERSION, ""), processors));
    try {
      return new AgentPlatform(new SerialMachine(host), AgentImage.load());
    } catch (RuntimeException e) {
      host.close();
      throw e;
    }
  }

  private static int number(String text) {
    try {
      int processors = Integer.parseInt(text);
      if (processors >= 1 && processors <= AgentLayout.MAX_PROCESSORS) {
        return processors;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new PlatformException(
        "processors is a number from 1 to " + AgentLayout.MAX_PROCESSORS + ", not " + text);
  }

  private static void check(MachineRequest request, int processors) {
    if (request.processors() > processors) {
      throw new UnsupportedRequestException(
          "the machine has " + processors + " processors, not " + request.processors());
    }
    List<Integer> ids = IntStream.range(0, request.processors()).boxed().toList();
    if (!request.apicIds().isEmpty() && !request.apicIds().equals(ids)) {
      throw new UnsupportedRequestException(
          "APIC IDs of the machine are 0, 1, 2 ..., not " + request.apicIds());
    }
    if (!request.without().isEmpty()) {
      throw new UnsupportedRequestException(
          "the machine is as it is, also where a test wants it without " + request.without());
    }
  }

  private static PlatformDescription description(String name, String version, int processors) {
    return new PlatformDescription(
        name,
        version,
        IntStream.range(0, processors).boxed().toList(),
        AgentLayout.SCRATCH,
        AgentLayout.SCRATCH_SIZE,
        AgentLayout.START_VECTORS,
        Board.BARE,
        Set.of(Stimulus.GATES, Stimulus.USER_MODE, Stimulus.VM_ENTRY),
        false,
        PATIENCE,
        QUIET);
  }
}
