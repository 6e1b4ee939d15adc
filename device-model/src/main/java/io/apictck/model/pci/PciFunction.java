package io.apictck.model.pci;

import io.apictck.arch.AdvancedFeatures;
import io.apictck.arch.PciCapability;
import io.apictck.arch.PciRegister;
import io.apictck.model.pci.FunctionSetup.CapabilitySetup;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A PCI function with a type 0 header whose device logic does nothing but interrupt (PCI Local Bus
 * Specification, "Configuration Space", "Interrupt Pins", "Message Signaled Interrupts").
 *
 * <p>Supported: memory base address registers of 32 and 64 bits, the interrupt pin, MSI, MSI-X,
 * function level reset by Advanced Features.
 *
 * <p>Not supported: I/O base addresses, expansion ROM, power management, errors.
 *
 * <p>Open points, decided: the interrupt status bit is 0 while messages are enabled; with both
 * message capabilities enabled MSI-X is used; a base address of 0 is not decoded; a function level
 * reset ends all interrupt conditions, takes no time and clears the base addresses.
 */
class PciFunction {
  private static final int VENDOR = 0xA71C;
  private static final int CLASS_UNASSIGNED = 0xFF00_0000;
  private static final int PIN_A = 1;
  private static final int COMMAND_BITS =
      PciRegister.COMMAND_MEMORY_SPACE
          | PciRegister.COMMAND_BUS_MASTER
          | PciRegister.COMMAND_INTERRUPT_DISABLE;
  private static final int DWORD_MASK = ~3;

  final FunctionSetup setup;
  final ConfigurationSpace space = new ConfigurationSpace();
  final BitSet conditions = new BitSet();
  final List<Msi> msi = new ArrayList<>();
  final List<MsiX> msiX = new ArrayList<>();

  private final int number;
  private final PciWorld world;
  private int resetControl = -1;
  private boolean pin;

  @SuppressWarnings("this-escape") // the factories are hooks for planted faults
  PciFunction(FunctionSetup setup, int number, PciWorld world) {
    this.setup = setup;
    this.number = number;
    this.world = world;
    defineHeader();
    defineCapabilities();
  }

  Msi newMsi(int offset, FunctionSetup.Msi msiSetup) {
    return new Msi(this, offset, msiSetup);
  }

  MsiX newMsiX(int offset, FunctionSetup.MsiX msiXSetup) {
    return new MsiX(this, offset, msiXSetup);
  }

  private void defineHeader() {
    space.define(PciRegister.VENDOR_ID, 2, VENDOR, 0);
    space.define(PciRegister.DEVICE_ID, 2, number + 1, 0);
    space.define(PciRegister.COMMAND, 2, 0, COMMAND_BITS);
    space.define(PciRegister.STATUS, 2, PciRegister.STATUS_CAPABILITIES_LIST, 0);
    space.define(PciRegister.REVISION_AND_CLASS, 4, CLASS_UNASSIGNED, 0);
    space.define(PciRegister.INTERRUPT_LINE, 1, 0, 0xFF);
    space.define(PciRegister.INTERRUPT_PIN, 1, setup.gsi() < 0 ? 0 : PIN_A, 0);
    for (FunctionSetup.Memory memory : setup.memory()) {
      int offset = PciRegister.BASE_ADDRESS + 4 * memory.number();
      int type = memory.wide() ? PciRegister.BAR_TYPE_64 : 0;
      space.define(offset, 4, type, -memory.size());
      if (memory.wide()) {
        space.define(offset + 4, 4, 0, -1);
      }
    }
  }

  private void defineCapabilities() {
    int link = PciRegister.CAPABILITIES_POINTER;
    int offset = PciRegister.HEADER_SIZE;
    for (CapabilitySetup capability : setup.capabilities()) {
      space.define(link, 1, offset, 0);
      link = offset + 1;
      int size = define(capability, offset);
      offset = offset + size + 3 & DWORD_MASK;
    }
  }

  private int define(CapabilitySetup capability, int offset) {
    return switch (capability) {
      case FunctionSetup.Msi msiSetup -> {
        Msi made = newMsi(offset, msiSetup);
        msi.add(made);
        yield made.define();
      }
      case FunctionSetup.MsiX msiXSetup -> {
        MsiX made = newMsiX(offset, msiXSetup);
        msiX.add(made);
        yield made.define();
      }
      case FunctionSetup.FunctionLevelReset _ -> {
        space.define(offset, 1, PciCapability.ADVANCED_FEATURES, 0);
        space.define(offset + AdvancedFeatures.LENGTH, 1, AdvancedFeatures.SIZE, 0);
        int offered = AdvancedFeatures.TRANSACTIONS_PENDING | AdvancedFeatures.FUNCTION_LEVEL_RESET;
        space.define(offset + AdvancedFeatures.CAPABILITIES, 1, offered, 0);
        resetControl = offset + AdvancedFeatures.CONTROL;
        yield AdvancedFeatures.SIZE;
      }
    };
  }

  /** State after RST#; the wires are told nothing. */
  void reset() {
    pin = false;
    resetRegisters();
  }

  void resetRegisters() {
    space.reset();
    conditions.clear();
    msi.forEach(MessageSource::reset);
    msiX.forEach(MessageSource::reset);
  }

  void resetFunction() {
    resetRegisters();
    updatePin();
  }

  // ---- configuration space ----

  int readConfiguration(int offset, int width) {
    return space.read(offset, width);
  }

  void writeConfiguration(int offset, int width, int value) {
    space.write(offset, width, value);
    int reset = resetControl - offset;
    if (reset >= 0
        && reset < width
        && ((value >>> (Byte.SIZE * reset)) & AdvancedFeatures.INITIATE_RESET) != 0) {
      resetFunction();
      return;
    }
    msi.forEach(MessageSource::configurationWritten);
    msiX.forEach(MessageSource::configurationWritten);
    updatePin();
  }

  boolean isBusMaster() {
    return space.has(PciRegister.COMMAND, 2, PciRegister.COMMAND_BUS_MASTER);
  }

  // ---- memory ----

  /** The address that a base address register decodes; 0 if it decodes nothing. */
  long address(FunctionSetup.Memory memory) {
    if (!space.has(PciRegister.COMMAND, 2, PciRegister.COMMAND_MEMORY_SPACE)) {
      return 0;
    }
    int offset = PciRegister.BASE_ADDRESS + 4 * memory.number();
    long lower = space.read(offset, 4) & PciRegister.BAR_ADDRESS & 0xFFFF_FFFFL;
    return memory.wide() ? (long) space.read(offset + 4, 4) << Integer.SIZE | lower : lower;
  }

  long readMemory(int bar, long offset, int width) {
    return msiX.isEmpty() ? 0 : msiX.getFirst().read(bar, offset, width);
  }

  void writeMemory(int bar, long offset, int width, long value) {
    if (!msiX.isEmpty()) {
      msiX.getFirst().write(bar, offset, width, value);
    }
  }

  // ---- interrupts ----

  /** A condition of the device logic becomes true or false. */
  void interrupt(int interrupt, boolean condition) {
    if (conditions.get(interrupt) == condition) {
      return;
    }
    conditions.set(interrupt, condition);
    if (condition) {
      raised(interrupt);
    } else {
      msi.forEach(source -> source.satisfied(interrupt));
      msiX.forEach(source -> source.satisfied(interrupt));
    }
    updatePin();
  }

  /** The capability in use tells of it. */
  void raised(int interrupt) {
    if (!msiX.isEmpty() && msiX.getFirst().isEnabled()) {
      msiX.getFirst().raised(interrupt);
    } else if (!msi.isEmpty() && msi.getFirst().isEnabled()) {
      msi.getFirst().raised(interrupt);
    }
  }

  boolean messagesEnabled() {
    return msi.stream().anyMatch(MessageSource::isEnabled)
        || msiX.stream().anyMatch(MessageSource::isEnabled);
  }

  /** Whether the pin would be asserted, were it not for the interrupt disable bit. */
  boolean interruptStatus() {
    return !conditions.isEmpty() && !messagesEnabled();
  }

  boolean assertsPin() {
    return interruptStatus()
        && !space.has(PciRegister.COMMAND, 2, PciRegister.COMMAND_INTERRUPT_DISABLE);
  }

  private void updatePin() {
    int status = PciRegister.STATUS_CAPABILITIES_LIST;
    space.set(
        PciRegister.STATUS, 2, interruptStatus() ? status | PciRegister.STATUS_INTERRUPT : status);
    boolean asserted = assertsPin();
    if (asserted != pin) {
      pin = asserted;
      world.pin(number, setup.gsi(), asserted);
    }
  }

  /** Writes a message. */
  void send(long address, int data) {
    world.write(setup.requesterId(), address, data);
  }
}
