package io.apictck.machine.vtd;

import io.apictck.arch.ApicMode;
import io.apictck.arch.vtd.Capability;
import io.apictck.arch.vtd.ExtendedCapability;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.FaultStatus;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.InvalidationQueueAddress;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Board;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Driver of a remapping unit (Intel VT-d specification, "Register Descriptions"); processor 0 makes
 * the accesses. Every wait is bounded by the platform's patience.
 */
public final class RemappingUnit {
  private final Machine machine;
  private final Board.RemappingUnit description;
  private @Nullable Capability features;
  private long statusAddress;
  private int statusData;

  /** The driver of a unit as the platform describes it. */
  public RemappingUnit(Machine machine, Board.RemappingUnit description) {
    this.machine = machine;
    this.description = description;
  }

  /** The machine it belongs to. */
  public Machine machine() {
    return machine;
  }

  /**
   * The source ID that requests of an I/O APIC have.
   *
   * @param ioApic which one of the board, from 0
   * @throws IllegalStateException if its requests do not go through this unit
   */
  public int sourceIdOfIoApic(int ioApic) {
    return description.ioApics().stream()
        .filter(scope -> scope.ioApic() == ioApic)
        .mapToInt(Board.IoApicScope::sourceId)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("I/O APIC " + ioApic + " has another unit"));
  }

  /**
   * The source ID that requests of an input of an I/O APIC have.
   *
   * @throws IllegalStateException if its requests do not go through this unit
   */
  public int sourceIdOfInput(int gsi) {
    return sourceIdOfIoApic(
        machine
            .description()
            .board()
            .ioApicOf(gsi)
            .orElseThrow(() -> new IllegalStateException("no I/O APIC has input " + gsi)));
  }

  private Cpu cpu() {
    return machine.cpu(0);
  }

  // ---- registers ----

  /** Physical address of a register. */
  public long address(RemappingRegister register) {
    return description.address() + register.offset();
  }

  /** Reads a register, a 64-bit one as a whole. */
  public long read(RemappingRegister register) {
    return cpu().run(new Instruction.Load(address(register), register.width()))[0];
  }

  /** Writes a register, a 64-bit one as a whole. */
  public void write(RemappingRegister register, long value) {
    long written = register.width() == Long.BYTES ? value : value & 0xFFFF_FFFFL;
    cpu().run(new Instruction.Store(address(register), register.width(), written));
  }

  /** Reads a DWORD of a register: half 0 is the lower one. */
  public int readHalf(RemappingRegister register, int half) {
    return cpu().read32(address(register) + (long) Integer.BYTES * half);
  }

  /** Writes a DWORD of a register: half 0 is the lower one. */
  public void writeHalf(RemappingRegister register, int half, int value) {
    cpu().write32(address(register) + (long) Integer.BYTES * half, value);
  }

  /** The capability register. */
  public Capability capability() {
    return Capability.of(read(RemappingRegister.CAP));
  }

  /** The extended capability register. */
  public ExtendedCapability extendedCapability() {
    return ExtendedCapability.of(read(RemappingRegister.ECAP));
  }

  // ---- commands ----

  /** The global status register. */
  public int status() {
    return (int) read(RemappingRegister.GSTS);
  }

  /** Whether the global status register shows a control as on, or a one-shot command as done. */
  public boolean shows(GlobalCommand command) {
    return command.in(status());
  }

  /** Turns a control on, or gives a one-shot command, and waits for its status. */
  public void enable(GlobalCommand command) {
    give(command, true);
    await(command, command != GlobalCommand.WBF);
  }

  /** Turns a control off, and waits for its status. */
  public void disable(GlobalCommand command) {
    give(command, false);
    await(command, false);
  }

  private void give(GlobalCommand command, boolean on) {
    int kept = status() & GlobalCommand.PERSISTENT;
    int value = on ? kept | command.mask() : kept & ~command.mask();
    write(RemappingRegister.GCMD, value);
  }

  private void await(GlobalCommand command, boolean on) {
    if (!machine.settle(() -> shows(command) == on)) {
      throw new AssertionError(
          "the status of %s stays %d after the command: GSTS is %s"
              .formatted(command, on ? 0 : 1, Hex.dword(status())));
    }
  }

  /**
   * Makes the unit use a table: table address register and table pointer, then an invalidation of
   * all cached entries if the queue is on.
   */
  public void setTable(RemappingTable table, boolean extended) {
    write(RemappingRegister.IRTA, table.register(extended).raw());
    enable(GlobalCommand.SIRTP);
    if (shows(GlobalCommand.QIE)) {
      invalidateAll();
    }
  }

  /** Whether destinations have to have 32 bits: in x2APIC mode, where the unit offers it. */
  public boolean wantsExtendedMode() {
    return cpu().lapic().mode() == ApicMode.X2APIC && extendedCapability().extendedInterruptMode();
  }

  /**
   * Turns remapping on in an order that loses no interrupt: queue, table and table pointer,
   * invalidation, remapping, and then compatibility format off.
   *
   * @param extended whether destinations have 32 bits
   */
  public void start(RemappingTable table, boolean extended) {
    enableQueue(0);
    setTable(table, extended);
    enable(GlobalCommand.IRE);
    if (shows(GlobalCommand.CFI)) {
      disable(GlobalCommand.CFI);
    }
  }

  /** As {@link #start}, with a new table of 256 entries and the mode of the local APICs. */
  public RemappingTable start() {
    RemappingTable table = RemappingTable.create(machine, 7);
    start(table, wantsExtendedMode());
    return table;
  }

  // ---- invalidation ----

  /**
   * Turns the queue on, empty and in new memory, with descriptors of 128 bits.
   *
   * @param size 2 to the power of {@code size} is the number of its pages
   */
  public void enableQueue(int size) {
    enableQueue(InvalidationQueueAddress.of(machine.newPages(1 << size), size, false));
  }

  /** Turns the queue on, empty and where an address register says. */
  public void enableQueue(InvalidationQueueAddress queue) {
    if (shows(GlobalCommand.QIE)) {
      disable(GlobalCommand.QIE);
    }
    write(RemappingRegister.IQT, 0);
    write(RemappingRegister.IQA, queue.raw());
    enable(GlobalCommand.QIE);
  }

  /** Head of the queue: offset of the descriptor that comes next. */
  public long head() {
    return read(RemappingRegister.IQH);
  }

  /** Tail of the queue: offset behind the last descriptor. */
  public long tail() {
    return read(RemappingRegister.IQT);
  }

  /** Puts descriptors into the queue, without waiting for them. */
  public void submit(InvalidationDescriptor... descriptors) {
    submit(List.of(descriptors));
  }

  /** As {@link #submit(InvalidationDescriptor...)}. */
  public void submit(List<InvalidationDescriptor> descriptors) {
    cpu().run(submitting(descriptors));
  }

  /** The instructions that put descriptors into the queue behind its present tail. */
  public List<Instruction> submitting(List<InvalidationDescriptor> descriptors) {
    long[] registers =
        cpu()
            .run(
                new Instruction.Load(address(RemappingRegister.IQA), 8),
                new Instruction.Load(address(RemappingRegister.IQT), 8));
    InvalidationQueueAddress queue = InvalidationQueueAddress.of(registers[0]);
    long tail = registers[1];
    List<Instruction> block = new ArrayList<>();
    for (InvalidationDescriptor descriptor : descriptors) {
      long at = queue.base() + tail;
      block.add(new Instruction.Store(at, 8, descriptor.low()));
      block.add(new Instruction.Store(at + 8, 8, descriptor.high()));
      if (queue.wide()) {
        block.add(new Instruction.Store(at + 16, 8, 0));
        block.add(new Instruction.Store(at + 24, 8, 0));
      }
      tail = (tail + queue.descriptorSize()) % queue.bytes();
    }
    block.add(new Instruction.Store(address(RemappingRegister.IQT), 8, tail));
    return block;
  }

  /** Puts descriptors into the queue and waits until all of them are complete. */
  public void complete(InvalidationDescriptor... descriptors) {
    if (statusAddress == 0) {
      statusAddress = machine.newPage();
    }
    statusData++;
    List<InvalidationDescriptor> all = new ArrayList<>(List.of(descriptors));
    all.add(InvalidationDescriptor.waitWriting(statusAddress, statusData));
    submit(all);
    if (!machine.settle(() -> cpu().read32(statusAddress) == statusData)) {
      throw new AssertionError(
          "the invalidation does not complete: head %s, tail %s, FSTS %s"
              .formatted(
                  Hex.qword(head()),
                  Hex.qword(tail()),
                  Hex.dword((int) read(RemappingRegister.FSTS))));
    }
  }

  /** Invalidates all cached entries, and waits. */
  public void invalidateAll() {
    complete(InvalidationDescriptor.allEntries());
  }

  /**
   * Invalidates cached entries, and waits.
   *
   * @param mask how many low bits of the index are ignored
   */
  public void invalidate(int index, int mask) {
    complete(InvalidationDescriptor.entries(index, mask));
  }

  /** Replaces an entry as software must: it is not present meanwhile, and invalidated then. */
  public void replace(RemappingTable table, int index, RemappingEntry entry) {
    table.set(index, entry);
    invalidate(index, 0);
  }

  // ---- faults and events ----

  /** The fault status register. */
  public FaultStatus faultStatus() {
    return FaultStatus.of((int) read(RemappingRegister.FSTS));
  }

  /** How many fault recording registers there are. */
  public int faultRecords() {
    return features().faultRecords();
  }

  /** Physical address of a fault recording register. */
  public long recordAddress(int number) {
    return description.address()
        + features().faultRecordOffset()
        + (long) number * FaultRecord.SIZE;
  }

  private Capability features() {
    if (features == null) {
      features = capability();
    }
    return features;
  }

  private List<Instruction> readingRecord(int number) {
    long at = recordAddress(number);
    return List.of(new Instruction.Load(at, 8), new Instruction.Load(at + 8, 8));
  }

  /** A fault recording register. */
  public FaultRecord record(int number) {
    long[] halves = cpu().run(readingRecord(number));
    return FaultRecord.of(halves[0], halves[1]);
  }

  private Instruction clearingRecord(int number) {
    long upper = FaultRecord.FAULT >>> Integer.SIZE;
    return new Instruction.Store(recordAddress(number) + 3 * Integer.BYTES, 4, upper);
  }

  /** Clears the fault of a recording register. */
  public void clearRecord(int number) {
    cpu().run(clearingRecord(number));
  }

  /** The recording registers that hold faults, the first one that is pending first. */
  private Map<Integer, FaultRecord> pendingRecords(FaultStatus status) {
    Map<Integer, FaultRecord> pending = new LinkedHashMap<>();
    if (status.pending()) {
      int count = faultRecords();
      List<Instruction> block = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        block.addAll(readingRecord(number));
      }
      long[] halves = cpu().runInPieces(block);
      for (int i = 0; i < count; i++) {
        int number = (status.firstRecord() + i) % count;
        FaultRecord fault = FaultRecord.of(halves[2 * number], halves[2 * number + 1]);
        if (fault.pending()) {
          pending.put(number, fault);
        }
      }
    }
    return pending;
  }

  /** The faults that are recorded, the first one that is pending first; empty if none is. */
  public List<FaultRecord> faults() {
    return List.copyOf(pendingRecords(faultStatus()).values());
  }

  /** Clears all recorded faults and all errors. */
  public void clearFaults() {
    takeFaults();
  }

  /** As {@link #faults}; they and all errors are cleared. */
  public List<FaultRecord> takeFaults() {
    FaultStatus status = faultStatus();
    Map<Integer, FaultRecord> pending = pendingRecords(status);
    List<Instruction> block = new ArrayList<>();
    pending.keySet().forEach(number -> block.add(clearingRecord(number)));
    if ((status.raw() & FaultStatus.ERRORS) != 0) {
      block.add(new Instruction.Store(address(RemappingRegister.FSTS), 4, FaultStatus.ERRORS));
    }
    if (!block.isEmpty()) {
      cpu().runInPieces(block);
    }
    return List.copyOf(pending.values());
  }

  /** The interrupt that tells of faults. */
  public EventInterrupt faultEvent() {
    return EventInterrupt.ofFaults(this);
  }

  /** The interrupt that tells of completed waits. */
  public EventInterrupt invalidationEvent() {
    return EventInterrupt.ofInvalidations(this);
  }

  @Override
  public String toString() {
    return "remapping unit at " + Hex.qword(description.address());
  }
}
