package io.apictck.model.pci;

import io.apictck.arch.PciRegister;
import io.apictck.model.bus.PortDevice;
import java.util.ArrayList;
import java.util.List;

/**
 * Bus 0 with its functions, behind configuration mechanism #1 (PCI Local Bus Specification,
 * "Configuration Mechanism #1").
 *
 * <p>Supported: configuration accesses of 1, 2 and 4 bytes; functions that are not there read as
 * ones. Memory that a function decodes is found by the first byte of an access.
 *
 * <p>Not supported: bridges, special cycles, memory-mapped configuration.
 */
public class PciBus implements PortDevice {
  /** The first port of configuration mechanism #1. */
  public static final int FIRST_PORT = PciRegister.CONFIG_ADDRESS;

  /** The last port of configuration mechanism #1. */
  public static final int LAST_PORT = PciRegister.CONFIG_DATA + 3;

  private static final int ADDRESS_BITS = PciRegister.CONFIG_ENABLE | 0xFF_FFFC;
  private static final int REQUESTER = 0xFFFF;

  private final List<PciFunction> functions = new ArrayList<>();
  private Region[] regions = {};

  /** Where the first region begins. */
  private long firstAddress = Long.MAX_VALUE;

  private int address;

  /** Memory that a function decodes now. */
  private record Region(PciFunction function, int bar, long first, long size) {
    boolean contains(long at) {
      return at >= first && at - first < size;
    }
  }

  /** A bus with these functions. */
  @SuppressWarnings("this-escape") // the factory is a hook for planted faults
  public PciBus(List<FunctionSetup> setups, PciWorld world) {
    for (FunctionSetup setup : setups) {
      functions.add(newFunction(setup, functions.size(), world));
    }
  }

  PciFunction newFunction(FunctionSetup setup, int number, PciWorld world) {
    return new PciFunction(setup, number, world);
  }

  /** Whether there is any function. */
  public boolean isEmpty() {
    return functions.isEmpty();
  }

  /** State after power-on; the wires are told nothing. */
  public void reset() {
    address = 0;
    regions = new Region[0];
    firstAddress = Long.MAX_VALUE;
    functions.forEach(PciFunction::reset);
  }

  /**
   * Makes an interrupt condition of a function true or false.
   *
   * @throws IllegalArgumentException if there is no such function or condition
   */
  public void interrupt(int requesterId, int number, boolean condition) {
    for (PciFunction function : functions) {
      if (function.setup.requesterId() == requesterId) {
        if (number < 0 || number >= function.setup.interrupts()) {
          throw new IllegalArgumentException(
              "PCI function " + requesterId + " has no interrupt " + number);
        }
        function.interrupt(number, condition);
        return;
      }
    }
    throw new IllegalArgumentException("there is no PCI function " + requesterId);
  }

  @Override
  public int read(int port, int width) {
    if (port < PciRegister.CONFIG_DATA) {
      return port == PciRegister.CONFIG_ADDRESS && width == Integer.BYTES ? address : -1;
    }
    int offset = offset(port);
    for (PciFunction function : functions) {
      if (isSelected(function)) {
        return function.readConfiguration(offset, Math.min(width, Integer.BYTES - (port & 3)));
      }
    }
    return -1;
  }

  @Override
  public void write(int port, int width, int value) {
    if (port < PciRegister.CONFIG_DATA) {
      if (port == PciRegister.CONFIG_ADDRESS && width == Integer.BYTES) {
        address = value & ADDRESS_BITS;
      }
      return;
    }
    int offset = offset(port);
    for (PciFunction function : functions) {
      if (isSelected(function)) {
        function.writeConfiguration(offset, Math.min(width, Integer.BYTES - (port & 3)), value);
        findRegions();
        return;
      }
    }
  }

  private int offset(int port) {
    return (address & 0xFC) | (port & 3);
  }

  private boolean isSelected(PciFunction function) {
    return (address & PciRegister.CONFIG_ENABLE) != 0
        && (address >>> Byte.SIZE & REQUESTER) == function.setup.requesterId();
  }

  private void findRegions() {
    List<Region> found = new ArrayList<>();
    for (PciFunction function : functions) {
      for (FunctionSetup.Memory memory : function.setup.memory()) {
        long first = function.address(memory);
        if (first != 0) {
          found.add(new Region(function, memory.number(), first, memory.size()));
        }
      }
    }
    regions = found.toArray(new Region[0]);
    firstAddress = found.stream().mapToLong(Region::first).min().orElse(Long.MAX_VALUE);
  }

  /** Whether a function decodes a physical address. */
  public boolean decodes(long at) {
    if (at < firstAddress) {
      return false;
    }
    for (Region region : regions) {
      if (region.contains(at)) {
        return true;
      }
    }
    return false;
  }

  /** Reads 1, 2, 4 or 8 bytes of what a function decodes, zero-extended. */
  public long readMemory(long at, int width) {
    for (Region region : regions) {
      if (region.contains(at)) {
        return region.function().readMemory(region.bar(), at - region.first(), width);
      }
    }
    return -1L >>> (Long.SIZE - Byte.SIZE * width);
  }

  /** Writes 1, 2, 4 or 8 bytes to what a function decodes. */
  public void writeMemory(long at, int width, long value) {
    for (Region region : regions) {
      if (region.contains(at)) {
        region.function().writeMemory(region.bar(), at - region.first(), width, value);
        return;
      }
    }
  }
}
