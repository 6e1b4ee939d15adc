package io.apictck.model.vtd;

import io.apictck.arch.vtd.Capability;
import io.apictck.arch.vtd.ExtendedCapability;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.model.ModelConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * A remapping unit: its register page and what stands behind it (Intel VT-d specification,
 * "Register Descriptions").
 *
 * <p>Supported: interrupt remapping and posting, queued invalidation, fault recording with eight
 * records, events. Registers are accessed by aligned accesses of 4 or 8 bytes; one of 8 bytes is
 * one to the low and then one to the high half.
 *
 * <p>Not supported: DMA remapping. The status TES and RTPS follow their commands and the root table
 * address reads back; nothing else comes of them. Commands to the context command and IOTLB
 * registers are over at once. Registers of capabilities that the unit does not report, and all
 * reserved places, read 0.
 *
 * <p>Open points, decided: other accesses read 0 and write nothing; the global command register
 * reads 0.
 */
public class RemappingUnit {
  private static final int PAGE_SIZE = 0x1000;
  private static final long LOW_HALF = 0xFFFF_FFFFL;

  /** TTM, bits 11:10 of the root table address register. */
  private static final long TABLE_MODE = 0xC00;

  final RemappingWorld world;
  final UnitCapabilities capabilities;
  final Capability capability;
  final ExtendedCapability extendedCapability;
  final GlobalCommands commands;
  final FaultRecorder faults;
  final EventMessage faultEvent;
  final EventMessage invalidationEvent;
  final EntryCache cache;
  final TableWalker walker;
  final SourceCheck sources;
  final EntryCheck entries;
  final InvalidationQueue queue;
  final Poster poster;
  final Remapper remapper;

  private final long address;

  /** The register at each dword of the page, null where there is none. */
  private final @Nullable RemappingRegister[] map =
      new @Nullable RemappingRegister[PAGE_SIZE / Integer.BYTES];

  long rootTable;

  /** What software wrote; {@link GlobalCommands} has what is in use. */
  long writtenTable;

  /**
   * A unit; {@link #reset} comes before all else.
   *
   * @param address physical address of the register page
   */
  @SuppressWarnings("this-escape") // the factories are hooks for planted faults
  public RemappingUnit(ModelConfiguration configuration, long address, RemappingWorld world) {
    this.world = world;
    this.address = address;
    capabilities = newCapabilities(configuration);
    capability = capabilities.capability();
    extendedCapability = capabilities.extendedCapability();
    commands = newCommands();
    faults = newFaultRecorder();
    faultEvent = newFaultEvent();
    invalidationEvent = newInvalidationEvent();
    cache = newCache();
    walker = newWalker();
    sources = newSourceCheck();
    entries = newEntryCheck();
    queue = newQueue();
    poster = newPoster();
    remapper = newRemapper();
    for (RemappingRegister register : RemappingRegister.values()) {
      for (int i = 0; i < register.width(); i += Integer.BYTES) {
        map[(register.offset() + i) / Integer.BYTES] = register;
      }
    }
  }

  UnitCapabilities newCapabilities(ModelConfiguration configuration) {
    return new UnitCapabilities(configuration);
  }

  GlobalCommands newCommands() {
    return new GlobalCommands(this);
  }

  FaultRecorder newFaultRecorder() {
    return new FaultRecorder(this);
  }

  EventMessage newFaultEvent() {
    return new EventMessage(this);
  }

  EventMessage newInvalidationEvent() {
    return new EventMessage(this);
  }

  EntryCache newCache() {
    return new EntryCache();
  }

  TableWalker newWalker() {
    return new TableWalker(this);
  }

  SourceCheck newSourceCheck() {
    return new SourceCheck();
  }

  EntryCheck newEntryCheck() {
    return new EntryCheck(capability.postedInterrupts());
  }

  InvalidationQueue newQueue() {
    return new InvalidationQueue(this);
  }

  Poster newPoster() {
    return new Poster(world);
  }

  Remapper newRemapper() {
    return new Remapper(this);
  }

  /** Power-on state: nothing is remapped. */
  public void reset() {
    commands.reset();
    faults.reset();
    faultEvent.reset();
    invalidationEvent.reset();
    cache.invalidateAll();
    queue.reset();
    rootTable = 0;
    writtenTable = 0;
  }

  /** An interrupt request; whether a local APIC accepted it, or it was posted. */
  public boolean request(RemappingRequest request) {
    return remapper.handle(request);
  }

  /** The interrupt remapping table address register, as software wrote it. */
  InterruptRemappingTableAddress tableAddress() {
    return InterruptRemappingTableAddress.of(writtenTable);
  }

  /** Whether an address belongs to the register page. */
  public final boolean decodes(long address) {
    return (address & -PAGE_SIZE) == this.address;
  }

  /** Reads {@code width} bytes at an address of the register page. */
  public final long read(long address, int width) {
    int offset = (int) (address & PAGE_SIZE - 1);
    if (!isAligned(offset, width)) {
      return 0;
    }
    long low = Integer.toUnsignedLong(readDword(offset));
    return width == Integer.BYTES
        ? low
        : low | (long) readDword(offset + Integer.BYTES) << Integer.SIZE;
  }

  /** Writes {@code width} bytes at an address of the register page. */
  public final void write(long address, int width, long value) {
    int offset = (int) (address & PAGE_SIZE - 1);
    if (isAligned(offset, width)) {
      writeDword(offset, (int) value);
      if (width == Long.BYTES) {
        writeDword(offset + Integer.BYTES, (int) (value >>> Integer.SIZE));
      }
    }
  }

  private static boolean isAligned(int offset, int width) {
    return width >= Integer.BYTES && offset % width == 0;
  }

  int readDword(int offset) {
    RemappingRegister register = map[offset / Integer.BYTES];
    if (register != null) {
      return (int) (read(register) >>> shift(offset - register.offset()));
    }
    int inRecords = offset - capability.faultRecordOffset();
    int number = inRecords / FaultRecord.SIZE;
    if (inRecords < 0 || number >= faults.records.length) {
      return 0;
    }
    FaultRecord fault = faults.records[number];
    long half = inRecords % FaultRecord.SIZE < Long.BYTES ? fault.low() : fault.high();
    return (int) (half >>> shift(inRecords % Long.BYTES));
  }

  void writeDword(int offset, int value) {
    RemappingRegister register = map[offset / Integer.BYTES];
    if (register != null) {
      write(register, shift(offset - register.offset()), value);
      return;
    }
    int inRecords = offset - capability.faultRecordOffset();
    int number = inRecords / FaultRecord.SIZE;
    boolean isFault = inRecords % FaultRecord.SIZE == FaultRecord.SIZE - Integer.BYTES;
    // F is the sign of the last dword
    if (inRecords >= 0 && number < faults.records.length && isFault && value < 0) {
      faults.clear(number);
    }
  }

  private static int shift(int bytes) {
    return bytes * Byte.SIZE;
  }

  private long read(RemappingRegister register) {
    return switch (register) {
      case VER -> UnitCapabilities.VERSION;
      case CAP -> capability.raw();
      case ECAP -> extendedCapability.raw();
      case GCMD, CCMD, AFLOG -> 0;
      case GSTS -> commands.status();
      case RTADDR -> rootTable;
      case FSTS -> faults.status();
      case FECTL -> faultEvent.control();
      case FEDATA -> faultEvent.data;
      case FEADDR -> faultEvent.address;
      case FEUADDR -> faultEvent.upperAddress;
      case IQH -> queue.head;
      case IQT -> queue.tail;
      case IQA -> queue.writtenAddress;
      case ICS -> queue.completionStatus();
      case IECTL -> invalidationEvent.control();
      case IEDATA -> invalidationEvent.data;
      case IEADDR -> invalidationEvent.address;
      case IEUADDR -> invalidationEvent.upperAddress;
      case IQERCD -> queue.error.code();
      case IRTA -> writtenTable;
    };
  }

  private void write(RemappingRegister register, int shift, int value) {
    switch (register) {
      case VER, CAP, ECAP, GSTS, CCMD, AFLOG, IQH, IQERCD -> {
        // read-only, or over at once
      }
      case GCMD -> commands.write(value);
      case RTADDR ->
          rootTable = merge(rootTable, shift, value) & (capabilities.pageMask() | TABLE_MODE);
      case FSTS -> faults.writeStatus(value);
      case FECTL -> faultEvent.writeControl(value);
      case FEDATA -> faultEvent.writeData(value);
      case FEADDR -> faultEvent.writeAddress(value);
      case FEUADDR -> faultEvent.writeUpperAddress(value);
      case IQT -> {
        if (shift == 0) {
          queue.writeTail(value);
        }
      }
      case IQA ->
          queue.writtenAddress =
              merge(queue.writtenAddress, shift, value) & capabilities.queueAddressBits();
      case ICS -> queue.writeCompletionStatus(value);
      case IECTL -> invalidationEvent.writeControl(value);
      case IEDATA -> invalidationEvent.writeData(value);
      case IEADDR -> invalidationEvent.writeAddress(value);
      case IEUADDR -> invalidationEvent.writeUpperAddress(value);
      case IRTA ->
          writtenTable = merge(writtenTable, shift, value) & capabilities.tableAddressBits();
    }
  }

  private static long merge(long before, int shift, int value) {
    return (before & ~(LOW_HALF << shift)) | Integer.toUnsignedLong(value) << shift;
  }
}
