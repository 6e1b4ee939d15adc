package io.apictck.target.qemu;

import io.apictck.platform.PlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files that this process and QEMU meet at. They are needed only until QEMU has opened them.
 */
record QemuFolder(Path path) implements AutoCloseable {
  /** Longest path of a socket, in bytes. */
  private static final int MAX_SOCKET = 107;

  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private static final Set<QemuFolder> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.forEach(QemuFolder::close), "apictck-qemu-files"));
  }

  /** Makes it, in memory if the system has such a place. */
  static QemuFolder create(byte[] rom) {
    Path parent =
        Files.isWritable(SHARED_MEMORY)
            ? SHARED_MEMORY
            : Path.of(System.getProperty("java.io.tmpdir"));
    try {
      QemuFolder folder = new QemuFolder(Files.createTempDirectory(parent, "apictck-qemu"));
      OPEN.add(folder);
      if (folder.qtest().toString().length() > MAX_SOCKET) {
        folder.close();
        throw new PlatformException("the path of the folder for temporary files is too long");
      }
      Files.write(folder.rom(), rom);
      return folder;
    } catch (IOException e) {
      throw new PlatformException("no temporary files can be made in " + parent, e);
    }
  }

  Path ram() {
    return path.resolve("ram");
  }

  Path rom() {
    return path.resolve("rom");
  }

  Path qmp() {
    return path.resolve("qmp");
  }

  Path qtest() {
    return path.resolve("qtest");
  }

  @Override
  public void close() {
    OPEN.remove(this);
    try {
      for (Path file : List.of(ram(), rom(), qmp(), qtest(), path)) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new PlatformException("the temporary files in " + path + " cannot be deleted", e);
    }
  }
}
