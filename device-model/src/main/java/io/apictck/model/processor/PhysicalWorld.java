package io.apictck.model.processor;

import io.apictck.model.bus.SystemBus;
import io.apictck.model.processor.vmx.VmxWorld;

/** The machine around a processor, as its APIC virtualization sees it. */
final class PhysicalWorld implements VmxWorld {
  private final ProcessorWorld world;
  private final SystemBus bus;
  private final int cpu;

  PhysicalWorld(ProcessorWorld world, int cpu) {
    this.world = world;
    this.bus = world.bus();
    this.cpu = cpu;
  }

  @Override
  public long read(long address, int width) {
    return bus.readMemory(address, width);
  }

  @Override
  public void write(long address, int width, long value) {
    bus.writeMemory(address, width, value);
    world.stored(address, width);
  }

  @Override
  public boolean x2apic() {
    return world.chipset().x2apic(cpu);
  }

  @Override
  public void endOfInterrupt() {
    world.chipset().eoi(cpu);
  }

  @Override
  public void sendIpi(int vector, int apicId) {
    world.chipset().sendIpi(cpu, vector, apicId);
  }

  @Override
  public void virtualInterruptChanged() {
    world.attend(cpu);
  }
}
