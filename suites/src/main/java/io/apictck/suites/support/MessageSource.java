package io.apictck.suites.support;

import io.apictck.machine.MsiCapability;
import io.apictck.machine.MsiXCapability;
import io.apictck.machine.PciFunction;
import java.util.List;
import java.util.stream.IntStream;

/** The vectors of an MSI or MSI-X capability, as far as the two are alike. */
public sealed interface MessageSource {
  /** The function. */
  PciFunction function();

  /** Vectors that tests use: those that both the capability and the device logic have. */
  List<Integer> vectors();

  /** Whether each vector has a mask bit and a pending bit. */
  boolean hasMasks();

  /** Whether one bit masks all vectors. */
  boolean hasFunctionMask();

  /** Writes the enable bit. */
  void setEnabled(boolean enabled);

  /** Writes the bit that masks all vectors. */
  void setFunctionMask(boolean masked);

  /** Writes the mask bit of a vector. */
  void setMask(int vector, boolean masked);

  /** Reads the pending bit of a vector. */
  boolean pending(int vector);

  /**
   * Makes each vector send to an address; masks stay as they are. The capability must be disabled.
   *
   * @param base a multiple of 32: vector n sends {@code base} + n
   */
  void aim(long address, int base);

  /**
   * MSI, with as many messages allocated as it asks for.
   *
   * @param capability the driver
   */
  record Msi(MsiCapability capability) implements MessageSource {
    @Override
    public PciFunction function() {
      return capability.function();
    }

    @Override
    public List<Integer> vectors() {
      return IntStream.range(0, Math.min(capability.messages(), function().interrupts()))
          .boxed()
          .toList();
    }

    @Override
    public boolean hasMasks() {
      return capability.layout().perVectorMasking();
    }

    @Override
    public boolean hasFunctionMask() {
      return false;
    }

    @Override
    public void setEnabled(boolean enabled) {
      capability.setEnabled(enabled);
    }

    @Override
    public void setFunctionMask(boolean masked) {
      throw new IllegalStateException("MSI has no function mask");
    }

    @Override
    public void setMask(int vector, boolean masked) {
      int bit = 1 << vector;
      capability.setMask(masked ? capability.mask() | bit : capability.mask() & ~bit);
    }

    @Override
    public boolean pending(int vector) {
      return (capability.pending() >>> vector & 1) != 0;
    }

    @Override
    public void aim(long address, int base) {
      capability.allocate(capability.layout().multipleMessageCapable());
      capability.program(address, base);
    }

    @Override
    public String toString() {
      return capability.toString();
    }
  }

  /**
   * MSI-X.
   *
   * @param capability the driver
   */
  record MsiX(MsiXCapability capability) implements MessageSource {
    /** Of large tables the first and the last entries are used. */
    private static final int SIDE = 16;

    @Override
    public PciFunction function() {
      return capability.function();
    }

    @Override
    public List<Integer> vectors() {
      int count = Math.min(capability.entries(), function().interrupts());
      return IntStream.range(0, count)
          .filter(vector -> vector < SIDE || vector >= count - SIDE)
          .boxed()
          .toList();
    }

    @Override
    public boolean hasMasks() {
      return true;
    }

    @Override
    public boolean hasFunctionMask() {
      return true;
    }

    @Override
    public void setEnabled(boolean enabled) {
      capability.setEnabled(enabled);
    }

    @Override
    public void setFunctionMask(boolean masked) {
      capability.setFunctionMask(masked);
    }

    @Override
    public void setMask(int vector, boolean masked) {
      capability.setMask(vector, masked);
    }

    @Override
    public boolean pending(int vector) {
      return capability.pending(vector);
    }

    @Override
    public void aim(long address, int base) {
      vectors().forEach(vector -> capability.setMessage(vector, address, base + vector));
    }

    @Override
    public String toString() {
      return capability.toString();
    }
  }
}
