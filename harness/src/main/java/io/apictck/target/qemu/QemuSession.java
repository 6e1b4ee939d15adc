package io.apictck.target.qemu;

import io.apictck.platform.MachineRequest;
import io.apictck.platform.PlatformException;
import io.apictck.target.agent.SharedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * A QEMU process with its memory and the connections to it; its processors are stopped at first.
 */
final class QemuSession implements AutoCloseable {
  private static final long START_LIMIT = TimeUnit.SECONDS.toNanos(10);
  private static final long ANSWER_LIMIT = TimeUnit.SECONDS.toNanos(2);

  private final QemuProcess process;
  private final SharedMemory memory;
  private final Qmp qmp;
  private final Qtest qtest;

  private QemuSession(QemuProcess process, SharedMemory memory, Qmp qmp, Qtest qtest) {
    this.process = process;
    this.memory = memory;
    this.qmp = qmp;
    this.qtest = qtest;
  }

  /** Starts QEMU. */
  static QemuSession start(QemuOptions options, MachineRequest request, byte[] rom) {
    try (QemuFolder folder = QemuFolder.create(rom)) {
      SharedMemory memory = map(folder.ram());
      QemuProcess process = QemuProcess.start(QemuCommand.line(options, request, folder));
      try {
        Qmp qmp = new Qmp(folder.qmp(), process, START_LIMIT, ANSWER_LIMIT);
        Qtest qtest = new Qtest(folder.qtest(), process, START_LIMIT, ANSWER_LIMIT);
        return new QemuSession(process, memory, qmp, qtest);
      } catch (RuntimeException e) {
        process.close();
        throw e;
      }
    }
  }

  private static SharedMemory map(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      // unmapped when nothing refers to it any more: a thread that was given up may still look
      return new SharedMemory(
          channel.map(MapMode.READ_WRITE, 0, QemuCommand.RAM_SIZE, Arena.ofAuto()));
    } catch (IOException e) {
      throw new PlatformException("the guest memory cannot be made in " + file, e);
    }
  }

  QemuProcess process() {
    return process;
  }

  SharedMemory memory() {
    return memory;
  }

  Qmp qmp() {
    return qmp;
  }

  Qtest qtest() {
    return qtest;
  }

  /**
   * Looks whether it still runs.
   *
   * @throws PlatformException if it does not
   */
  void check() {
    if (qmp.down()) {
      throw new PlatformException("qemu: a processor shut down (triple fault)");
    }
    if (!process.isAlive()) {
      throw new PlatformException(process.ending());
    }
  }

  @Override
  public void close() {
    process.close();
    qmp.close();
    qtest.close();
  }
}
