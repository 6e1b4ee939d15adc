package io.apictck.target.bochs;

import io.apictck.target.agent.AgentImage;
import io.apictck.target.agent.AgentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The files that a Bochs process starts from.
 *
 * @param cpu model of the processors
 * @param processors how many
 * @param vgaBios a VGA BIOS
 */
record BochsConfiguration(String cpu, int processors, Path vgaBios) {
  private static final int PIECE = 0x2_0000;

  /**
   * One instruction a microsecond, the least that Bochs takes: a byte on the serial line then takes
   * 70 instructions only, since its time is that of 115200 baud. The local APIC's timer and the TSC
   * count instructions, whatever stands here.
   */
  private static final int INSTRUCTIONS_PER_SECOND = 1_000_000;

  /** Header that tells the agent to serve the serial line. */
  private static final int HEADER_SIZE = 0x1000;

  private static final int SERIAL = 2;

  /** Writes what does not change from start to start. */
  void write(Path folder, AgentImage image) throws IOException {
    Files.write(folder.resolve("rom.bin"), image.rom());
    byte[] agent = image.agent();
    for (int piece = 0; piece * PIECE < agent.length; piece++) {
      Files.write(
          folder.resolve("agent" + piece + ".bin"),
          Arrays.copyOfRange(agent, piece * PIECE, Math.min(agent.length, (piece + 1) * PIECE)));
    }
    ByteBuffer header = ByteBuffer.allocate(HEADER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(AgentLayout.HEADER_IDLE, SERIAL);
    header.putInt(AgentLayout.HEADER_COUNT, processors);
    for (int i = 0; i < processors; i++) {
      header.putInt(AgentLayout.HEADER_APIC_IDS + Integer.BYTES * i, i);
    }
    Files.write(folder.resolve("header.bin"), header.array());
    // Debian's Bochs starts in its debugger
    Files.writeString(folder.resolve("debugger.txt"), "c\n");
  }

  /** Writes the configuration of one start. */
  void write(Path folder, AgentImage image, String name, int port) throws IOException {
    StringBuilder text = new StringBuilder();
    line(text, "config_interface: textconfig");
    line(text, "display_library: term");
    line(text, "romimage: file=\"" + folder.resolve("rom.bin") + "\", address=0xffff0000");
    line(text, "vgaromimage: file=\"" + vgaBios + "\"");
    int images = 0;
    for (int piece = 0; piece * PIECE < image.agent().length; piece++) {
      ram(
          text,
          ++images,
          folder.resolve("agent" + piece + ".bin"),
          AgentLayout.AGENT_BASE + (long) piece * PIECE);
    }
    ram(text, ++images, folder.resolve("header.bin"), AgentLayout.HEADER);
    line(text, "megs: 32");
    line(
        text,
        "cpu: model=%s, count=%d, ips=%d, reset_on_triple_fault=0, ignore_bad_msrs=0"
            .formatted(cpu, processors, INSTRUCTIONS_PER_SECOND));
    line(text, "clock: sync=none");
    line(text, "panic: action=fatal");
    line(text, "error: action=report");
    line(text, "info: action=ignore");
    line(text, "debug: action=ignore");
    line(text, "log: \"" + folder.resolve(name + ".log") + "\"");
    line(text, "mouse: enabled=0");
    line(text, "com1: enabled=1, mode=socket-client, dev=127.0.0.1:" + port);
    Files.writeString(folder.resolve(name + ".bochsrc"), text);
  }

  private static void ram(StringBuilder text, int number, Path file, long address) {
    line(text, "optramimage%d: file=\"%s\", address=0x%x".formatted(number, file, address));
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }
}
