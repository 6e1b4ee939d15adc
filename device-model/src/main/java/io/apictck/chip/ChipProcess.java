package io.apictck.chip;

import io.apictck.platform.PlatformException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
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

/** A chip that was started here. It ends with this process, whatever ends that. */
final class ChipProcess implements ChipConnection {
  private static final long END_MILLIS = 2_000;
  private static final long GOODBYE_MILLIS = 1_000;
  private static final long WORDS_MILLIS = 200;
  private static final int MAX_SAID = 2_000;
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  /**
   * The one thread that starts processes: where the kernel is asked to end them with their parent,
   * it means the thread.
   */
  private static final ExecutorService STARTER =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("apictck-chip-starter").factory());

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(ChipProcess::end), "apictck-chip-end"));
  }

  private final Process process;
  private final Thread listener;
  private volatile String said = "";

  private ChipProcess(Process process) {
    this.process = process;
    this.listener = Thread.ofVirtual().name("apictck-chip-stderr").start(this::listen);
  }

  /** Starts a command. */
  static ChipProcess start(String command) {
    List<String> words = CommandWords.split(command);
    String program = words.getFirst();
    if (CommandWords.find(program).isEmpty()) {
      throw new PlatformException("there is no program " + program);
    }
    List<String> line = new ArrayList<>();
    Optional<Path> setpriv = CommandWords.find("setpriv");
    setpriv.ifPresent(path -> line.addAll(List.of(path.toString(), "--pdeathsig", "KILL")));
    line.addAll(words);
    try {
      return new ChipProcess(
          STARTER
              .submit(() -> {
                Process started = new ProcessBuilder(line).start();
                RUNNING.add(started);
                return started;
              })
              .get());
    } catch (ExecutionException e) {
      throw new PlatformException("%s cannot be started".formatted(program), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException("interrupted while %s was started".formatted(program), e);
    }
  }

  /** Reads all that it says beside the protocol, so that it never waits; keeps the beginning. */
  private void listen() {
    char[] piece = new char[512];
    StringBuilder words = new StringBuilder();
    try (Reader in = new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8)) {
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        if (words.length() < MAX_SAID) {
          words.append(piece, 0, n);
          said = words.toString();
        }
      }
    } catch (IOException e) {
      // the process ended
    }
  }

  @Override
  public InputStream input() {
    return process.getInputStream();
  }

  @Override
  public OutputStream output() {
    return process.getOutputStream();
  }

  @Override
  public void kill() {
    end(process);
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public String ending() {
    boolean ended = waitFor(END_MILLIS);
    try {
      listener.join(WORDS_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String words = said.strip().replaceAll("\\s*\\n\\s*", "; ");
    return (ended ? "it ended with exit code " + process.exitValue() : "it closed its output")
        + (words.isEmpty() ? "" : ": " + words);
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // it does not listen any more
    }
    boolean ignored = waitFor(GOODBYE_MILLIS);
    kill();
    ignored = waitFor(END_MILLIS);
    RUNNING.remove(process);
  }

  private boolean waitFor(long millis) {
    boolean interrupted = Thread.interrupted();
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
      return !process.isAlive();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
