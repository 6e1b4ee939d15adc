package io.apictck.target.bochs;

import io.apictck.platform.PlatformException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Processes and folders that must not outlive this JVM, however it ends. */
final class Leftovers {
  private static final Set<Process> PROCESSES = ConcurrentHashMap.newKeySet();
  private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();
  private static final int TRIES = 20;
  private static final long WAIT = 10_000_000;
  private static volatile boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::removeAll));
  }

  private Leftovers() {}

  /**
   * A process was started.
   *
   * @throws PlatformException if the JVM ends already; the process is ended then
   */
  static void add(Process process) {
    PROCESSES.add(process);
    if (ending) {
      remove(process);
      throw new PlatformException("no machine is started while the JVM ends");
    }
  }

  /** Ends a process for certain. */
  static void remove(Process process) {
    BochsProgram.end(process);
    PROCESSES.remove(process);
  }

  static Path newFolder() throws IOException {
    if (ending) {
      throw new PlatformException("no machine is started while the JVM ends");
    }
    Path folder = Files.createTempDirectory("apictck-bochs");
    FOLDERS.add(folder);
    return folder;
  }

  static void remove(Path folder) {
    FOLDERS.remove(folder);
    // another thread may still be writing into it
    for (int i = 0; i < TRIES && Files.exists(folder); i++) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
      } catch (IOException e) {
        LockSupport.parkNanos(WAIT);
      }
    }
  }

  private static void removeAll() {
    ending = true;
    PROCESSES.forEach(Process::destroyForcibly);
    PROCESSES.forEach(BochsProgram::end);
    FOLDERS.forEach(Leftovers::remove);
  }
}
