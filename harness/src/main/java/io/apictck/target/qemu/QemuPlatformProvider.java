package io.apictck.target.qemu;

import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformProvider;
import io.apictck.target.agent.AgentImage;
import io.apictck.target.agent.AgentPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The target {@code qemu}: a PC that QEMU emulates, with up to 16 processors. */
public final class QemuPlatformProvider implements PlatformProvider {
  /** For {@link java.util.ServiceLoader}. */
  public QemuPlatformProvider() {}

  @Override
  public String name() {
    return "qemu";
  }

  @Override
  public String summary() {
    return "A PC in QEMU, emulated or with KVM; real machine code runs on it, in real time.";
  }

  @Override
  public Map<String, String> options() {
    return QemuOptions.keys();
  }

  @Override
  public List<String> obstacles() {
    return obstacles(Map.of());
  }

  @Override
  public List<String> obstacles(Map<String, String> options) {
    List<String> obstacles = new ArrayList<>();
    if (!options.containsKey("path") && QemuOptions.find(QemuOptions.PROGRAM).isEmpty()) {
      obstacles.add(
          QemuOptions.PROGRAM
              + " is missing: install qemu-system-x86 (Debian: apt-get install qemu-system-x86)");
    }
    if (!AgentImage.isThere()) {
      obstacles.add(AgentImage.obstacle());
    }
    return obstacles;
  }

  @Override
  public Platform open(Map<String, String> options, MachineRequest request) {
    AgentImage image = AgentImage.load();
    QemuMachine machine = new QemuMachine(QemuOptions.of(options), request, image.rom());
    try {
      return new AgentPlatform(machine, image);
    } catch (RuntimeException e) {
      machine.close();
      throw e;
    }
  }
}
