package io.apictck.target.bochs;

import io.apictck.platform.PlatformException;
import io.apictck.target.agent.AgentImage;
import io.apictck.target.serial.SocketLine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One run of Bochs, from its start to its end. */
final class BochsProcess implements AutoCloseable {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int STEP_MILLIS = 100;

  private final Process process;
  private final Path log;
  private final Path configuration;
  private final SocketLine line;

  private BochsProcess(Process process, Path configuration, Path log, SocketLine line) {
    this.process = process;
    this.configuration = configuration;
    this.log = log;
    this.line = line;
  }

  /** Starts Bochs and waits until it has connected its serial port. */
  static BochsProcess start(
      Path program, BochsConfiguration configuration, AgentImage image, Path folder, String name) {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      configuration.write(folder, image, name, server.getLocalPort());
      Path file = folder.resolve(name + ".bochsrc");
      Path log = folder.resolve(name + ".log");
      ProcessBuilder builder =
          new ProcessBuilder(
                  List.of(
                      program.toString(),
                      "-q",
                      "-f",
                      file.toString(),
                      "-rc",
                      folder.resolve("debugger.txt").toString()))
              .directory(folder.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.environment().put("TERM", "vt100");
      Process process = builder.start();
      Leftovers.add(process);
      try {
        return new BochsProcess(process, file, log, new SocketLine(accept(server, process, log)));
      } catch (IOException | RuntimeException e) {
        Leftovers.remove(process);
        throw e;
      }
    } catch (IOException e) {
      throw new PlatformException("Bochs could not be started: " + e.getMessage(), e);
    }
  }

  private static Socket accept(ServerSocket server, Process process, Path log) throws IOException {
    server.setSoTimeout(STEP_MILLIS);
    for (int waited = 0; waited < CONNECT_MILLIS; waited += STEP_MILLIS) {
      try {
        return server.accept();
      } catch (SocketTimeoutException e) {
        if (!process.isAlive()) {
          throw new PlatformException("Bochs ended at once: " + lastWords(log), e);
        }
      }
    }
    throw new PlatformException("Bochs did not connect its serial port within 10 s");
  }

  long pid() {
    return process.pid();
  }

  SocketLine line() {
    return line;
  }

  /** Sees that it runs. */
  void check() {
    if (!process.isAlive()) {
      throw new PlatformException("Bochs ended: " + lastWords(log));
    }
  }

  /** Waits a moment for its end. */
  void awaitEnd() {
    try {
      boolean ignored = process.waitFor(STEP_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String lastWords(Path log) {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
      return lines.reversed().stream()
          .filter(text -> text.contains(">>PANIC<<"))
          .findFirst()
          .or(() -> lines.isEmpty() ? Optional.empty() : Optional.of(lines.getLast()))
          .orElse("it left no message");
    } catch (IOException e) {
      return "it left no message";
    }
  }

  @Override
  public void close() {
    line.close();
    Leftovers.remove(process);
    try {
      Files.deleteIfExists(configuration);
      Files.deleteIfExists(log);
    } catch (IOException ignored) {
      // the folder is removed in the end
    }
  }
}
