package io.apictck.model.processor;

import io.apictck.model.processor.vmx.Addresses;

/** Data where linear addresses are physical ones and nothing is virtualized. */
final class PhysicalData implements DataAccess {
  private final Processor processor;
  private long value;

  PhysicalData(Processor processor) {
    this.processor = processor;
  }

  @Override
  public int read(Context context, long address, int width) {
    if (!Addresses.canonical(address)) {
      return Fault.GP;
    }
    value = processor.world().bus().read(processor.cpu(), address, width);
    return Fault.NONE;
  }

  @Override
  public int write(Context context, long address, int width, long written) {
    if (!Addresses.canonical(address)) {
      return Fault.GP;
    }
    processor.world().bus().write(processor.cpu(), address, width, written);
    processor.world().stored(address, width);
    return Fault.NONE;
  }

  @Override
  public long value() {
    return value;
  }
}
