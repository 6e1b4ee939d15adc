package io.apictck.target.qemu;

import io.apictck.platform.PlatformException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A running QEMU. It ends with this process, whatever ends that. */
final class QemuProcess implements AutoCloseable {
  private static final long END_LIMIT = 2;
  private static final int MAX_SAID = 2_000;
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  /**
   * The one thread that starts processes: where the kernel is asked to end them with their parent,
   * it means the thread.
   */
  private static final ExecutorService STARTER =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("apictck-qemu-starter").factory());

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "apictck-qemu-end"));
  }

  private final Process process;
  private final Thread reader;
  private volatile String said = "";

  private QemuProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().name("apictck-qemu-output").start(this::listen);
  }

  /** Starts it; it has no input. */
  static QemuProcess start(List<String> line) {
    List<String> command = new ArrayList<>();
    Optional<Path> setpriv = QemuOptions.find("setpriv");
    setpriv.ifPresent(path -> command.addAll(List.of(path.toString(), "--pdeathsig", "KILL")));
    command.addAll(line);
    try {
      Process process =
          STARTER
              .submit(() -> {
                Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
                RUNNING.add(started);
                return started;
              })
              .get();
      process.getOutputStream().close();
      return new QemuProcess(process);
    } catch (ExecutionException | IOException e) {
      throw new PlatformException("QEMU cannot be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("interrupted while QEMU was started", e);
    }
  }

  private void listen() {
    char[] piece = new char[512];
    StringBuilder words = new StringBuilder();
    try (Reader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        if (said.length() < MAX_SAID) {
          words.append(piece, 0, n);
          said = words.toString();
        }
      }
    } catch (IOException e) {
      // the process ended
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** How it ended, and what it said. */
  String ending() {
    try {
      boolean ended = process.waitFor(END_LIMIT, TimeUnit.SECONDS);
      reader.join(200);
      if (!ended) {
        return "qemu hung up";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "qemu ended";
    }
    String words = said.strip().replace("\n", "; ");
    return "qemu ended with exit code %d%s"
        .formatted(process.exitValue(), words.isEmpty() ? "" : ": " + words);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    boolean interrupted = Thread.interrupted();
    try {
      boolean ignored = process.waitFor(END_LIMIT, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    RUNNING.remove(process);
  }
}
