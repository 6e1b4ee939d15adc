package io.apictck.machine.vtd;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import java.util.List;

/**
 * Driver of an interrupt remapping table (Intel VT-d specification, "Interrupt Remapping Table").
 */
public final class RemappingTable {
  private final Cpu cpu;
  private final long address;
  private final int size;

  /**
   * The table at an address, accessed by a processor.
   *
   * @param size 2 to the power of {@code size + 1} is the number of entries
   */
  public RemappingTable(Cpu cpu, long address, int size) {
    this.cpu = cpu;
    this.address = address;
    this.size = size;
  }

  /**
   * A new table of entries that are not present, in scratch memory.
   *
   * @param size 2 to the power of {@code size + 1} is the number of entries
   */
  public static RemappingTable create(Machine machine, int size) {
    long bytes = (long) (2 << size) * InterruptRemappingTableAddress.ENTRY_SIZE;
    int pages = (int) (bytes + PagingEntry.PAGE - 1) / PagingEntry.PAGE;
    return new RemappingTable(machine.cpu(0), machine.newPages(pages), size);
  }

  /** The same table, accessed by another processor. */
  public RemappingTable by(Cpu other) {
    return new RemappingTable(other, address, size);
  }

  /** Its physical address. */
  public long address() {
    return address;
  }

  /** What the table address register must be for it. */
  public InterruptRemappingTableAddress register(boolean extended) {
    return InterruptRemappingTableAddress.of(address, size, extended);
  }

  /** How many entries it has. */
  public int entries() {
    return 2 << size;
  }

  /** Physical address of an entry. */
  public long address(int index) {
    return address + (long) index * InterruptRemappingTableAddress.ENTRY_SIZE;
  }

  /**
   * The instructions that replace an entry: it is not present before its halves differ from what
   * they were.
   */
  public List<Instruction> replacing(int index, RemappingEntry entry) {
    long low = address(index);
    return List.of(
        new Instruction.Store(low, 8, 0),
        new Instruction.Store(low + 8, 8, entry.high()),
        new Instruction.Store(low, 8, entry.low()));
  }

  /** Replaces an entry, {@linkplain #replacing not present meanwhile}; invalidates nothing. */
  public void set(int index, RemappingEntry entry) {
    cpu.run(replacing(index, entry));
  }

  /** Reads an entry. */
  public RemappingEntry entry(int index) {
    long[] halves =
        cpu.run(
            new Instruction.Load(address(index), 8), new Instruction.Load(address(index) + 8, 8));
    return RemappingEntry.of(halves[0], halves[1]);
  }
}
