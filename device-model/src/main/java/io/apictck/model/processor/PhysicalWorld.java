package io.apictck.model.processor;

import io.apictck.model.bus.Memory;
import io.apictck.model.processor.vmx.VmxWorld;

/**
 * The machine around a processor, as its VMX operation sees it: what the VMCS points to is memory,
 * whatever the register pages of the chipset lie over.
 */
final class PhysicalWorld implements VmxWorld {
  private final ProcessorWorld world;
  private final Memory memory;
  private final int cpu;

  PhysicalWorld(ProcessorWorld world, int cpu) {
    this.world = world;
    this.memory = world.bus().memory();
    this.cpu = cpu;
  }

  @Override
  public long read(long address, int width) {
    return memory.read(address, width);
  }

  @Override
  public void write(long address, int width, long value) {
    memory.write(address, width, value);
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
