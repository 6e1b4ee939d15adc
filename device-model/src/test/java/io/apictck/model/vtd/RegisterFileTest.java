package io.apictck.model.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.platform.Feature;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RegisterFileTest {
  private static final long PAGES = 0x3FFF_FFFF_F000L;

  private static Map<RemappingRegister, Long> writtenOnes() {
    Map<RemappingRegister, Long> values = new EnumMap<>(RemappingRegister.class);
    values.put(RemappingRegister.RTADDR, PAGES | 0xC00);
    values.put(RemappingRegister.FECTL, 0x8000_0000L);
    values.put(RemappingRegister.FEDATA, 0xFFFFL);
    values.put(RemappingRegister.FEADDR, 0xFFFF_FFFCL);
    values.put(RemappingRegister.FEUADDR, 0xFFFF_FFFFL);
    values.put(RemappingRegister.IQT, 0x7_FFF0L);
    values.put(RemappingRegister.IQA, PAGES | 0x807);
    values.put(RemappingRegister.IECTL, 0x8000_0000L);
    values.put(RemappingRegister.IEDATA, 0xFFFFL);
    values.put(RemappingRegister.IEADDR, 0xFFFF_FFFCL);
    values.put(RemappingRegister.IEUADDR, 0xFFFF_FFFFL);
    values.put(RemappingRegister.IRTA, PAGES | 0x80F);
    return values;
  }

  @Test
  void reservedBitsReadZeroAndOthersReadBack() {
    Map<RemappingRegister, Long> ones = writtenOnes();
    for (RemappingRegister register : RemappingRegister.values()) {
      if (register == RemappingRegister.GCMD) {
        continue;
      }
      UnitBench bench = UnitBench.create();
      long before = bench.read(register);
      bench.write(register, -1);
      assertThat(bench.read(register))
          .as("%s", register)
          .isEqualTo(ones.getOrDefault(register, before));
      bench.unit.reset();
      assertThat(bench.read(register)).as("%s after reset", register).isEqualTo(before);
    }
  }

  @Test
  void registersOf64BitsHaveTwoHalves() {
    UnitBench bench = UnitBench.create();
    long at = UnitBench.PAGE + RemappingRegister.IRTA.offset();
    bench.unit.write(at + 4, 4, 0x12);
    bench.unit.write(at, 4, 0x3456_7805L);
    assertThat(bench.unit.read(at, 8)).isEqualTo(0x12_3456_7805L & ~0x7F0L);
    assertThat(bench.unit.read(at + 4, 4)).isEqualTo(0x12);
    bench.unit.write(at, 2, 0xFFFF);
    bench.unit.write(at + 4, 8, -1);
    assertThat(bench.unit.read(at, 8)).isEqualTo(0x12_3456_7805L & ~0x7F0L);
  }

  @Test
  void theOneShotCommandStaysInTheStatusAndIsNotRepeated() {
    UnitBench bench = UnitBench.create().remapping();
    bench.set(1, RemappedEntry.fixed(0x41, 0, false));
    bench.write(RemappingRegister.IRTA, 0);
    bench.command(GlobalCommand.CFI, true);
    assertThat(bench.status())
        .isEqualTo(
            GlobalCommand.QIE.mask()
                | GlobalCommand.IRE.mask()
                | GlobalCommand.SIRTP.mask()
                | GlobalCommand.CFI.mask());
    assertThat(bench.message(RemappableMessage.of(1))).isTrue();
  }

  @Test
  void capabilitiesFollowTheFeatures() {
    UnitBench bench = UnitBench.create();
    assertThat(bench.unit.capability.postedInterrupts()).isTrue();
    assertThat(bench.unit.capability.faultRecords()).isEqualTo(8);
    assertThat(bench.unit.extendedCapability.extendedInterruptMode()).isTrue();
    assertThat(bench.unit.extendedCapability.maximumIndexMask()).isEqualTo(15);
    UnitBench without = UnitBench.without(Feature.X2APIC, Feature.INTERRUPT_POSTING);
    assertThat(without.unit.capability.postedInterrupts()).isFalse();
    assertThat(without.unit.extendedCapability.extendedInterruptMode()).isFalse();
    without.write(RemappingRegister.IRTA, -1);
    assertThat(without.read(RemappingRegister.IRTA)).isEqualTo(PAGES | 0xF);
  }
}
