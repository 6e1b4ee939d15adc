package io.apictck.model.processor.paging;

import io.apictck.model.processor.vmx.VmxWorld;
import java.util.HashMap;
import java.util.Map;

/** Memory with tables in it, and nothing else, for tests. */
final class Tables implements VmxWorld {
  private final Map<Long, Long> entries = new HashMap<>();

  Tables with(long address, long entry) {
    entries.put(address, entry);
    return this;
  }

  long at(long address) {
    return entries.getOrDefault(address, 0L);
  }

  @Override
  public long read(long address, int width) {
    return at(address);
  }

  @Override
  public void write(long address, int width, long value) {
    entries.put(address, value);
  }

  @Override
  public boolean x2apic() {
    return false;
  }

  @Override
  public void endOfInterrupt() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendIpi(int vector, int apicId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void virtualInterruptChanged() {
    throw new UnsupportedOperationException();
  }
}
