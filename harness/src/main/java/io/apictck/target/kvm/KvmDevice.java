package io.apictck.target.kvm;

import io.apictck.platform.PlatformException;
import org.jspecify.annotations.Nullable;

/** {@code /dev/kvm}. */
final class KvmDevice implements AutoCloseable {
  static final String PATH = "/dev/kvm";

  private final int fd;
  private final int runSize;

  private KvmDevice(int fd) {
    this.fd = fd;
    this.runSize = call(KvmApi.GET_VCPU_MMAP_SIZE, 0, "GET_VCPU_MMAP_SIZE");
  }

  /**
   * Opens it.
   *
   * @throws PlatformException if it cannot
   */
  static KvmDevice open() {
    int fd = Libc.open(PATH, Libc.O_RDWR | Libc.O_CLOEXEC);
    if (fd < 0) {
      throw new PlatformException(
          PATH
              + " cannot be opened (errno "
              + Libc.errno()
              + "): load the kvm module, and see that you may read and write the device");
    }
    int version = Libc.ioctl(fd, KvmApi.GET_API_VERSION, 0);
    if (version < 0) {
      Libc.close(fd);
      throw new PlatformException(PATH + " is no KVM device");
    }
    if (version != KvmApi.API_VERSION) {
      Libc.close(fd);
      throw new PlatformException(
          PATH + " speaks version " + version + " of the interface, not " + KvmApi.API_VERSION);
    }
    return new KvmDevice(fd);
  }

  /** Why it cannot be used, or null if it can. */
  static @Nullable String obstacle() {
    try (KvmDevice device = open()) {
      device.call(KvmApi.CHECK_EXTENSION, 0, "CHECK_EXTENSION");
      return null;
    } catch (PlatformException e) {
      return e.getMessage();
    }
  }

  /** What KVM_CHECK_EXTENSION says; 0 where the extension is missing. */
  int extension(int capability) {
    return Math.max(0, Libc.ioctl(fd, KvmApi.CHECK_EXTENSION, capability));
  }

  /** Size of what is shared with the kernel for a processor, in bytes. */
  int runSize() {
    return runSize;
  }

  int createVm() {
    return call(KvmApi.CREATE_VM, 0, "CREATE_VM");
  }

  int call(long request, long argument, String name) {
    return call(fd, request, argument, name);
  }

  /**
   * An ioctl that has to succeed.
   *
   * @throws PlatformException naming it if it does not
   */
  static int call(int fd, long request, long argument, String name) {
    int result = Libc.ioctl(fd, request, argument);
    if (result < 0) {
      throw new PlatformException("KVM_" + name + " failed with errno " + Libc.errno());
    }
    return result;
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
