package io.apictck.target.kvm;

import io.apictck.platform.Board;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The target {@code kvm}: the KVM of the running kernel. */
public final class KvmPlatformProvider implements PlatformProvider {
  private static final String IRQCHIP = "irqchip";
  private static final Duration PATIENCE = Duration.ofMillis(300);
  private static final Duration QUIET = Duration.ofMillis(2);

  /** KVM_MAX_VCPU_IDS of x86. */
  private static final int MAX_APIC_ID = 4095;

  /** Features that the kernel cannot be told to leave out. */
  private static final Set<Feature> FIXED =
      EnumSet.of(
          Feature.EOI_BROADCAST_SUPPRESSION,
          Feature.LVT_PERFORMANCE,
          Feature.LVT_THERMAL,
          Feature.LVT_CMCI,
          Feature.IO_APIC,
          Feature.PIC,
          Feature.ELCR,
          Feature.PIT);

  /** For {@link java.util.ServiceLoader}. */
  public KvmPlatformProvider() {}

  @Override
  public String name() {
    return "kvm";
  }

  @Override
  public String summary() {
    return "The running Linux kernel's KVM, with the interrupt controllers that the kernel models.";
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        IRQCHIP,
        "full (all controllers in the kernel, the default) or split (the local APICs alone).");
  }

  @Override
  public List<String> obstacles() {
    List<String> obstacles = new ArrayList<>();
    if (!System.getProperty("os.name").equals("Linux")
        || !System.getProperty("os.arch").equals("amd64")) {
      obstacles.add("KVM for x86 needs Linux on x86-64");
      return obstacles;
    }
    String device = KvmDevice.obstacle();
    if (device != null) {
      obstacles.add(device);
    }
    if (!AgentImage.isThere()) {
      obstacles.add(AgentImage.obstacle());
    }
    return obstacles;
  }

  @Override
  public Platform open(Map<String, String> options, MachineRequest request) {
    String irqchip = options.getOrDefault(IRQCHIP, "full");
    if (!Set.of("full", "split").contains(irqchip)) {
      throw new PlatformException("target kvm: irqchip is full or split, not \"" + irqchip + "\"");
    }
    check(request);
    AgentImage image = AgentImage.load();
    boolean split = irqchip.equals("split");
    KvmDevice device = KvmDevice.open();
    KvmMachine machine =
        new KvmMachine(
            device,
            description(request, split ? Board.BARE : board(device)),
            request.without(),
            split,
            image);
    return new AgentPlatform(machine, image);
  }

  private static void check(MachineRequest request) {
    if (request.processors() > AgentLayout.MAX_PROCESSORS) {
      throw new UnsupportedRequestException(
          "at most " + AgentLayout.MAX_PROCESSORS + " processors");
    }
    for (int id : request.apicIds()) {
      if (id < 0 || id > MAX_APIC_ID) {
        throw new UnsupportedRequestException("KVM has APIC IDs up to " + MAX_APIC_ID);
      }
    }
    for (Feature feature : request.without()) {
      if (FIXED.contains(feature)) {
        throw new UnsupportedRequestException("KVM cannot leave out " + feature);
      }
    }
  }

  private static Board board(KvmDevice device) {
    return KvmWires.board(device.extension(KvmApi.CAP_PIT2) != 0);
  }

  private static PlatformDescription description(MachineRequest request, Board board) {
    List<Integer> apicIds =
        request.apicIds().isEmpty()
            ? IntStream.range(0, request.processors()).boxed().toList()
            : request.apicIds();
    Set<Stimulus> stimuli =
        EnumSet.of(
            Stimulus.DEVICE_WRITE,
            Stimulus.GATES,
            Stimulus.POWER_ON,
            Stimulus.BSP_INIT,
            Stimulus.VM_ENTRY,
            Stimulus.INIT_IN_HALT);
    if (!board.lines().isEmpty()) {
      stimuli.add(Stimulus.LINES);
    }
    return new PlatformDescription(
        "kvm",
        System.getProperty("os.version"),
        apicIds,
        AgentLayout.SCRATCH,
        AgentLayout.SCRATCH_SIZE,
        AgentLayout.START_VECTORS,
        board,
        stimuli,
        false,
        PATIENCE,
        QUIET);
  }
}
