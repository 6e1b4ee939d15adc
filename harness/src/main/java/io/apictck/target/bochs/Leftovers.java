package io.apictck.target.bochs;

import io.apictck.platform.PlatformException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Processes and folders that must not outlive this JVM, however it ends. */
final class Leftovers {
  private static final Set<Process> PROCESSES = ConcurrentHashMap.newKeySet();
  private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();
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
    Path folder = Files.createTempDirectory("apictck-bochs");
    FOLDERS.add(folder);
    return folder;
  }

  static void remove(Path folder) {
    FOLDERS.remove(folder);
    try {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(folder);
    } catch (IOException ignored) {
      // it is in the system's folder for temporary files
    }
  }

  private static void removeAll() {
    ending = true;
    PROCESSES.forEach(Process::destroyForcibly);
    PROCESSES.forEach(BochsProgram::end);
    FOLDERS.forEach(Leftovers::remove);
  }
}
