package io.apictck.assertions;

import io.apictck.arch.ApicBase;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.MsiControl;
import io.apictck.arch.MsiXControl;
import io.apictck.arch.MsiXEntry;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.VectorSet;
import io.apictck.machine.Attempt;
import io.apictck.machine.Counter;
import io.apictck.machine.EntryResult;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Pic;
import io.apictck.machine.VmExit;
import io.apictck.machine.vtd.RemappingUnit;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** The entry point of all assertions: those of this package and those of AssertJ. */
public final class ConformanceAssertions extends Assertions {
  private ConformanceAssertions() {}

  /** About a block that may fault. */
  public static AttemptAssert assertThat(Attempt actual) {
    return new AttemptAssert(actual);
  }

  /** About an interrupt that was taken. */
  public static InterruptFrameAssert assertThat(InterruptFrame actual) {
    return new InterruptFrameAssert(actual);
  }

  /** About the registers of a local APIC, which are read by the assertions. */
  public static LocalApicAssert assertThat(LocalApic actual) {
    return new LocalApicAssert(actual);
  }

  /** About one 8259, whose registers are read by the assertions. */
  public static PicAssert assertThat(Pic actual) {
    return new PicAssert(actual);
  }

  /** About interrupts that an automatic handler took. */
  public static CounterAssert assertThat(Counter actual) {
    return new CounterAssert(actual);
  }

  /** About a set of vectors. */
  public static VectorSetAssert assertThat(VectorSet actual) {
    return new VectorSetAssert(actual);
  }

  /** About an entry of the local vector table. */
  public static RegisterAssert<LvtEntry> assertThat(LvtEntry actual) {
    return new RegisterAssert<>(actual);
  }

  /** About an entry of a redirection table. */
  public static RegisterAssert<RedirectionEntry> assertThat(RedirectionEntry actual) {
    return new RegisterAssert<>(actual);
  }

  /** About IA32_APIC_BASE. */
  public static RegisterAssert<ApicBase> assertThat(ApicBase actual) {
    return new RegisterAssert<>(actual);
  }

  /** About a spurious-interrupt vector register. */
  public static RegisterAssert<SpuriousInterruptVector> assertThat(SpuriousInterruptVector actual) {
    return new RegisterAssert<>(actual);
  }

  /** About an interrupt command. */
  public static RegisterAssert<InterruptCommand> assertThat(InterruptCommand actual) {
    return new RegisterAssert<>(actual);
  }

  /** About Message Control of an MSI capability. */
  public static RegisterAssert<MsiControl> assertThat(MsiControl actual) {
    return new RegisterAssert<>(actual);
  }

  /** About Message Control of an MSI-X capability. */
  public static RegisterAssert<MsiXControl> assertThat(MsiXControl actual) {
    return new RegisterAssert<>(actual);
  }

  /** About an entry of an MSI-X table. */
  public static RegisterAssert<MsiXEntry> assertThat(MsiXEntry actual) {
    return new RegisterAssert<>(actual);
  }

  /** About a VM exit, whose fields are read by the assertions. */
  public static VmExitAssert assertThat(VmExit actual) {
    return new VmExitAssert(actual);
  }

  /** About what came of VMLAUNCH or VMRESUME. */
  public static EntryResultAssert assertThat(EntryResult actual) {
    return new EntryResultAssert(actual);
  }

  /** About a remapping unit, whose registers are read by the assertions. */
  public static RemappingUnitAssert assertThat(RemappingUnit actual) {
    return new RemappingUnitAssert(actual);
  }

  /** About values by name, such as those of all registers. */
  public static <K, V> NamedValuesAssert<K, V> assertThat(Map<K, V> actual) {
    return new NamedValuesAssert<>(actual);
  }
}
