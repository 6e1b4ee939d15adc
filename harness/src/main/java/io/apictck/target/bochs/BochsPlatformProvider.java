package io.apictck.target.bochs;

import io.apictck.platform.Feature;
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
import io.apictck.target.serial.SerialMachine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** The target {@code bochs}. */
public final class BochsPlatformProvider implements PlatformProvider {
  private static final String PATH = "path";
  private static final String CPU = "cpu";
  private static final String MODEL = "corei7_icelake_u";

  /** A model without x2APIC, and what it lacks with that. */
  private static final String OLD_MODEL = "core2_penryn_t9600";

  private static final Set<Feature> LACKS =
      Set.copyOf(
          EnumSet.of(
              Feature.X2APIC,
              Feature.TSC_DEADLINE,
              Feature.EOI_BROADCAST_SUPPRESSION,
              Feature.LVT_CMCI));

  private static final int MAX_PROCESSORS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration QUIET = Duration.ofMillis(5);

  private final Map<Path, String> versions = new ConcurrentHashMap<>();

  /** For {@link java.util.ServiceLoader}. */
  public BochsPlatformProvider() {}

  @Override
  public String name() {
    return "bochs";
  }

  @Override
  public String summary() {
    return "The emulator Bochs with the guest agent, over its serial port.";
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        PATH,
        "The program, if it is not the one the shell finds.",
        CPU,
        "Model of the processors, see bochs --help cpu; by default " + MODEL + ".");
  }

  @Override
  public List<String> obstacles() {
    List<String> obstacles = new ArrayList<>(BochsProgram.obstacles());
    if (!AgentImage.isThere()) {
      obstacles.add(AgentImage.obstacle());
    }
    return obstacles;
  }

  @Override
  public Platform open(Map<String, String> options, MachineRequest request) {
    Path program =
        BochsProgram.find(options.get(PATH))
            .orElseThrow(() ->
                new PlatformException(
                    "there is no program "
                        + options.getOrDefault(PATH, "bochs")
                        + ": "
                        + BochsProgram.INSTALL));
    Path vgaBios =
        BochsProgram.vgaBios()
            .orElseThrow(() -> new PlatformException("there is no VGA BIOS for Bochs"));
    check(request);
    AgentImage image = AgentImage.load();
    BochsConfiguration configuration =
        new BochsConfiguration(model(options, request), request.processors(), vgaBios);
    String version = versions.computeIfAbsent(program, BochsProgram::version);
    BochsHost host =
        new BochsHost(program, configuration, image, description(version, request.processors()));
    try {
      return new AgentPlatform(new SerialMachine(host), image);
    } catch (RuntimeException e) {
      host.close();
      throw e;
    }
  }

  private static String model(Map<String, String> options, MachineRequest request) {
    String wanted = options.get(CPU);
    if (request.without().isEmpty()) {
      return wanted == null ? MODEL : wanted;
    }
    if (wanted == null && LACKS.containsAll(request.without())) {
      return OLD_MODEL;
    }
    throw new UnsupportedRequestException(
        "Bochs has no processor model that lacks " + request.without());
  }

  private static void check(MachineRequest request) {
    if (request.processors() > MAX_PROCESSORS) {
      throw new UnsupportedRequestException(
          "Bochs has at most " + MAX_PROCESSORS + " processors, not " + request.processors());
    }
    if (!request.apicIds().isEmpty() && !request.apicIds().equals(apicIds(request.processors()))) {
      throw new UnsupportedRequestException(
          "APIC IDs in Bochs are 0, 1, 2 ..., not " + request.apicIds());
    }
  }

  private static List<Integer> apicIds(int processors) {
    return IntStream.range(0, processors).boxed().toList();
  }

  private static PlatformDescription description(String version, int processors) {
    return new PlatformDescription(
        "bochs",
        version,
        apicIds(processors),
        AgentLayout.SCRATCH,
        AgentLayout.SCRATCH_SIZE,
        AgentLayout.START_VECTORS,
        HpetLines.board(),
        Set.of(
            Stimulus.LINES,
            Stimulus.POWER_ON,
            Stimulus.GATES,
            Stimulus.USER_MODE,
            Stimulus.BSP_INIT,
            Stimulus.VM_ENTRY),
        false,
        PATIENCE,
        QUIET);
  }
}
