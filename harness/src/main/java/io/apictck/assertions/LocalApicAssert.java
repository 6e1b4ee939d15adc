package io.apictck.assertions;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.VectorSet;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;

/** About a local APIC; every assertion reads the registers that it is about. */
public final class LocalApicAssert extends ConformanceAssert<LocalApicAssert, LocalApic> {
  LocalApicAssert(LocalApic actual) {
    super(actual, LocalApicAssert.class);
  }

  /** ISR has exactly these members. */
  public LocalApicAssert isServicing(int... vectors) {
    return vectors("ISR", actual.isr(), VectorSet.of(vectors));
  }

  /** ISR is empty. */
  public LocalApicAssert isServicingNothing() {
    return isServicing();
  }

  /** IRR has exactly these members. */
  public LocalApicAssert requests(int... vectors) {
    return vectors("IRR", actual.irr(), VectorSet.of(vectors));
  }

  /** IRR is empty. */
  public LocalApicAssert requestsNothing() {
    return requests();
  }

  /** IRR has this member, and perhaps others. */
  public LocalApicAssert requestsVector(int vector) {
    VectorSet irr = actual.irr();
    return check(
        irr.contains(vector),
        () ->
            LocalApicText.differs(
                actual, "IRR", "contain " + VectorSet.of(vector), irr.toString()));
  }

  /** IRR and ISR are empty. */
  public LocalApicAssert isIdle() {
    return requestsNothing().isServicingNothing();
  }

  /** PPR has this value. */
  public LocalApicAssert hasPpr(int value) {
    int ppr = actual.ppr();
    return check(
        ppr == value,
        () -> LocalApicText.differs(actual, "PPR", "be " + Hex.vector(value), Hex.vector(ppr)));
  }

  /** Bits 7:4 of PPR, the processor-priority class, have this value. */
  public LocalApicAssert hasPriorityClass(int priorityClass) {
    int ppr = actual.ppr();
    return check(
        ppr >>> 4 == priorityClass,
        () ->
            LocalApicText.differs(
                actual, "PPR", "have priority class " + priorityClass, Hex.vector(ppr)));
  }

  /** TPR has this value. */
  public LocalApicAssert hasTpr(int value) {
    int tpr = actual.tpr();
    return check(
        tpr == value,
        () -> LocalApicText.differs(actual, "TPR", "be " + Hex.vector(value), Hex.vector(tpr)));
  }

  /** IA32_APIC_BASE, read now, selects this mode. */
  public LocalApicAssert isInMode(ApicMode mode) {
    ApicMode found = actual.cpu().apicBase().mode();
    return check(
        found == mode,
        () ->
            LocalApicText.differs(
                actual, "IA32_APIC_BASE", "select mode " + mode, "mode " + found));
  }

  /** TMR has this vector as level-triggered or as edge-triggered. */
  public LocalApicAssert hasTriggerMode(int vector, boolean level) {
    VectorSet tmr = actual.tmr();
    return check(
        tmr.contains(vector) == level,
        () ->
            LocalApicText.differs(
                actual,
                "TMR",
                "have %s as %s".formatted(VectorSet.of(vector), level ? "level" : "edge"),
                tmr.toString()));
  }

  /** ESR, latched now, has exactly these bits; see {@link io.apictck.arch.ErrorStatus}. */
  public LocalApicAssert hasErrors(int bits) {
    int errors = actual.latchErrors();
    return check(
        errors == bits,
        () ->
            LocalApicText.differs(actual, "ESR", "be " + ErrorText.of(bits), ErrorText.of(errors)));
  }

  /** ESR, latched now, is zero. */
  public LocalApicAssert hasNoErrors() {
    return hasErrors(0);
  }

  /** A 32-bit register has this value. */
  public LocalApicAssert hasRegister(LapicRegister register, int value) {
    int found = actual.read(register);
    return check(
        found == value,
        () ->
            LocalApicText.differs(
                actual, register.toString(), "be " + Hex.dword(value), Hex.dword(found)));
  }

  private LocalApicAssert vectors(String register, VectorSet found, VectorSet expected) {
    if (found.equals(expected)) {
      return this;
    }
    return check(
        false,
        () ->
            LocalApicText.differs(actual, register, "be " + expected, found.toString())
                + ": "
                + VectorText.difference(expected, found));
  }
}
