package io.apictck.suites.lapic.spurious;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Sweep;
import io.apictck.machine.LocalApic;
import io.apictck.suites.support.RegisterDump;

/** The spurious vector as a field (Intel SDM Vol. 3A, "Spurious Interrupt"). */
@Conformance
final class SpuriousVectorTests {
  private static final SpuriousInterruptVector ENABLED =
      SpuriousInterruptVector.RESET.withEnabled(true);

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-SPU-001")
  void holdsEachValue(LocalApic lapic, Cases cases) {
    var before = RegisterDump.of(lapic, LapicRegister.SVR);
    cases.range(
        0,
        SpuriousInterruptVector.VECTOR,
        vector -> {
          SpuriousInterruptVector value = ENABLED.withVector(vector);
          lapic.setSvr(value);
          assertThat(lapic.svr()).as("SVR").isEqualTo(value);
        });
    assertThat(RegisterDump.of(lapic, LapicRegister.SVR))
        .as("the other registers")
        .isEqualTo(before);
    lapic.setSvr(ENABLED);
  }

  @InEachApicMode
  @Covers("LAPIC-SPU-001")
  void staysOverSoftwareDisable(LocalApic lapic) {
    for (int vector : new int[] {0xA0, 0xA5, 0x2F, 0xFF}) {
      SpuriousInterruptVector value = ENABLED.withVector(vector);
      lapic.setSvr(value);
      lapic.setSvr(value.withEnabled(false));
      assertThat(lapic.svr()).as("SVR").isEqualTo(value.withEnabled(false));
      lapic.setSvr(value);
      assertThat(lapic.svr()).as("SVR").isEqualTo(value);
    }
    lapic.setSvr(ENABLED);
  }
}
