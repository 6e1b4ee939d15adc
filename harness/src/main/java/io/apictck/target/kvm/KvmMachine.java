package io.apictck.target.kvm;

import io.apictck.arch.MessageAddress;
import io.apictck.platform.Action;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.platform.UnsupportedActionException;
import io.apictck.target.agent.AgentImage;
import io.apictck.target.agent.AgentLayout;
import io.apictck.target.agent.AgentMachine;
import io.apictck.target.agent.GuestMemory;
import io.apictck.target.agent.SharedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A machine of KVM; a reset makes a new one in the same memory. */
@SuppressWarnings("restricted") // native memory
final class KvmMachine implements AgentMachine {
  private static final int ROM_SIZE = 0x1_0000;
  private static final int QUICK_TURNS = 4;
  private static final long PAUSE = 100_000;

  private final KvmDevice device;
  private final PlatformDescription description;
  private final boolean split;
  private final boolean wideIds;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment argument = arena.allocate(1024, 8);
  private final MemorySegment ram;
  private final MemorySegment rom;
  private final SharedMemory memory;
  private final Kick kick;
  private final List<MemorySegment> cpuids = new ArrayList<>();
  private final List<KvmVcpu> vcpus = new ArrayList<>();
  private final List<KvmVcpu.SliceEnd> ends = new ArrayList<>();
  private @Nullable KvmVm vm;

  KvmMachine(
      KvmDevice device,
      PlatformDescription description,
      Set<Feature> without,
      boolean split,
      AgentImage image) {
    this.device = device;
    this.description = description;
    this.split = split;
    this.wideIds = device.extension(KvmApi.CAP_X2APIC_API) != 0;
    this.kick = new Kick();
    this.ram = anonymous(AgentLayout.RAM_SIZE);
    this.rom = anonymous(ROM_SIZE);
    this.memory = new SharedMemory(ram);
    rom.copyFrom(MemorySegment.ofArray(image.rom()));
    KvmCpuid cpuid = new KvmCpuid(device, arena, without, description.processors());
    for (int apicId : description.apicIds()) {
      cpuids.add(cpuid.of(apicId, arena));
    }
  }

  private static MemorySegment anonymous(long size) {
    long address = Libc.mmap(size, Libc.PROT_READ_WRITE, Libc.MAP_SHARED | Libc.MAP_ANONYMOUS, -1);
    if (address < 0) {
      throw new PlatformException("kvm: no memory, errno " + Libc.errno());
    }
    return MemorySegment.ofAddress(address).reinterpret(size);
  }

  @Override
  public PlatformDescription description() {
    return description;
  }

  @Override
  public GuestMemory memory() {
    return memory;
  }

  @Override
  public void reset(Runnable load) {
    end();
    if (Libc.madvise(ram.address(), ram.byteSize(), Libc.MADV_REMOVE) != 0) {
      ram.fill((byte) 0);
    }
    load.run();
    KvmVm made = new KvmVm(device, argument);
    vm = made;
    made.interruptControllers(split, description.board().devices().contains(Feature.PIT));
    if (wideIds) {
      made.enable(KvmApi.CAP_X2APIC_API, KvmApi.X2APIC_API_FLAGS, "ENABLE_CAP(X2APIC_API)");
    }
    int first = description.apicIds().getFirst();
    if (first != 0) {
      made.bootstrapProcessor(first);
    }
    made.memory(0, 0, 0, ram.byteSize(), ram.address());
    made.memory(1, KvmApi.MEM_READONLY, AgentLayout.ROM_BASE, rom.byteSize(), rom.address());
    for (int i = 0; i < description.processors(); i++) {
      vcpus.add(
          new KvmVcpu(
              made,
              description.apicIds().get(i),
              cpuids.get(i),
              device.runSize(),
              argument,
              kick,
              memory));
      ends.add(KvmVcpu.SliceEnd.BUSY);
      if (i > 0) {
        vcpus.getLast().awaitStartup();
      }
    }
    vcpus.getLast().joinDestinations();
  }

  private void end() {
    vcpus.forEach(KvmVcpu::close);
    vcpus.clear();
    ends.clear();
    KvmVm old = vm;
    if (old != null) {
      old.close();
      vm = null;
    }
  }

  @Override
  public boolean yields() {
    return true;
  }

  @Override
  public void turn() {
    for (int i = 0; i < vcpus.size(); i++) {
      ends.set(i, vcpus.get(i).slice());
    }
  }

  @Override
  public void pause(int turns) {
    if (turns > QUICK_TURNS) {
      LockSupport.parkNanos(PAUSE);
    }
  }

  @Override
  public boolean settled() {
    return !ends.contains(KvmVcpu.SliceEnd.BUSY);
  }

  @Override
  public Condition condition(int cpu) {
    return switch (ends.get(cpu)) {
      case IDLE, BUSY, HALTED -> Condition.ACTIVE;
      case WAIT_FOR_SIPI -> Condition.WAIT_FOR_SIPI;
      case SHUT_DOWN -> Condition.SHUT_DOWN;
    };
  }

  @Override
  public void stimulate(Action action) {
    KvmVm machine = vm;
    if (machine == null) {
      throw new PlatformException("kvm: the machine is closed");
    }
    switch (action) {
      case Action.SetLine(int gsi, boolean asserted) when !split -> machine.line(gsi, asserted);
      case Action.DeviceWrite(int _, long address, int data) -> deviceWrite(machine, address, data);
      default -> throw new UnsupportedActionException("kvm does not offer " + action);
    }
  }

  /** A message if it goes to the message range, to memory otherwise; beyond memory it is lost. */
  private void deviceWrite(KvmVm machine, long address, int data) {
    if (MessageAddress.contains(address)) {
      machine.message(address, data);
    } else if (address >= 0 && address <= ram.byteSize() - Integer.BYTES) {
      ram.set(ValueLayout.JAVA_INT_UNALIGNED, address, data);
    }
  }

  @Override
  public void close() {
    end();
    kick.close();
    Libc.munmap(ram.address(), ram.byteSize());
    Libc.munmap(rom.address(), rom.byteSize());
    arena.close();
    device.close();
  }
}
