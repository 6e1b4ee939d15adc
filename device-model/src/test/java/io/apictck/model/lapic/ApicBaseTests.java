package io.apictck.model.lapic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.arch.Access;
import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ApicBaseTests {
  private static final ApicBase RESET =
      ApicBase.of(ApicBase.DEFAULT_ADDRESS).withEn(true).withBsp(true);

  private final Machine machine = Machine.of(3, 5);

  private void write(long value) {
    machine.chipset.wrmsr(0, Msr.IA32_APIC_BASE, value);
  }

  private long read() {
    return machine.chipset.rdmsr(0, Msr.IA32_APIC_BASE);
  }

  private void enter(ApicMode mode) {
    if (mode == ApicMode.X2APIC) {
      write(RESET.withMode(ApicMode.XAPIC).raw());
    }
    write(RESET.withMode(mode).raw());
  }

  @Test
  void powerUpSelectsXapicModeAndMarksOneBootstrapProcessor() {
    enter(ApicMode.X2APIC);
    machine.chipset.reset();
    assertThat(read()).isEqualTo(0xFEE0_0900L);
    assertThat(machine.chipset.rdmsr(1, Msr.IA32_APIC_BASE)).isEqualTo(0xFEE0_0800L);
    assertThat(machine.read(0, LapicRegister.ID)).isEqualTo(0x0300_0000);
  }

  @ParameterizedTest(name = "{0} to EN={1} EXTD={2}: {3}")
  @CsvSource({
    "DISABLED, false, false, true",
    "DISABLED, true, false, true",
    "DISABLED, true, true, false",
    "DISABLED, false, true, false",
    "XAPIC, false, false, true",
    "XAPIC, true, false, true",
    "XAPIC, true, true, true",
    "XAPIC, false, true, false",
    "X2APIC, false, false, true",
    "X2APIC, true, false, false",
    "X2APIC, true, true, true",
    "X2APIC, false, true, false"
  })
  void transitions(ApicMode from, boolean en, boolean extd, boolean legal) {
    enter(from);
    long before = read();
    long value = RESET.withEn(en).withExtd(extd).raw();
    if (legal) {
      write(value);
    } else {
      assertThatThrownBy(() -> write(value)).isSameAs(GeneralProtectionException.GP);
    }
    assertThat(read()).isEqualTo(legal ? value : before);
  }

  @Test
  void reservedBitsFault() {
    for (int bit = 0; bit < 64; bit++) {
      boolean reserved = bit < 8 || bit == 9 || bit >= ModelConfiguration.MAX_PHY_ADDR;
      if (reserved) {
        long value = RESET.raw() | 1L << bit;
        assertThatThrownBy(() -> write(value)).isSameAs(GeneralProtectionException.GP);
      }
    }
    assertThatThrownBy(() ->
            Machine.without(Feature.X2APIC)
                .chipset
                .wrmsr(0, Msr.IA32_APIC_BASE, RESET.withExtd(true).raw()))
        .isSameAs(GeneralProtectionException.GP);
  }

  @Test
  void theRegisterPageMoves() {
    write(RESET.withAddress(0xFED5_0000L).raw());
    assertThat(machine.chipset.decodes(0, ApicBase.DEFAULT_ADDRESS)).isFalse();
    assertThat(machine.chipset.read(0, 0xFED5_0020L, 4)).isEqualTo(0x0300_0000);
    assertThat(machine.chipset.decodes(1, ApicBase.DEFAULT_ADDRESS)).isTrue();
  }

  @Test
  void disabledApicIsSilentAndComesBackReset() {
    machine.software();
    machine.write(0, LapicRegister.TPR, 0x30);
    machine.selfIpi(0x51);
    enter(ApicMode.X2APIC);
    assertThat(machine.requests(0, 0x51)).isTrue();
    assertThat(machine.read(0, LapicRegister.TPR)).isEqualTo(0x30);
    enter(ApicMode.DISABLED);
    assertThat(machine.chipset.apicEnabled(0)).isFalse();
    machine.chipset.supplyVector(0x20);
    assertThat(machine.chipset.interruptRequested(0)).isFalse();
    machine.chipset.setLocalLine(0, LocalLine.LINT0, true);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(0x20);
    machine.chipset.setLocalLine(0, LocalLine.LINT1, true);
    assertThat(machine.signals).containsExactly("NMI 0");
    enter(ApicMode.XAPIC);
    assertThat(machine.chipset.interruptRequested(0)).isFalse();
    assertThat(machine.read(0, LapicRegister.ID)).isEqualTo(0x0300_0000);
    assertThat(machine.read(0, LapicRegister.TPR)).isZero();
    assertThat(machine.read(0, LapicRegister.SVR)).isEqualTo(SpuriousInterruptVector.VECTOR);
  }

  @Test
  void x2apicRegistersExistInX2apicModeOnly() {
    for (int msr = Msr.X2APIC_FIRST; msr <= Msr.X2APIC_LAST; msr++) {
      int number = msr;
      assertThatThrownBy(() -> machine.chipset.rdmsr(0, number))
          .isSameAs(GeneralProtectionException.GP);
    }
    machine.x2apic();
    for (int msr = Msr.X2APIC_FIRST; msr <= Msr.X2APIC_LAST; msr++) {
      int number = msr;
      Access access =
          LapicRegister.at((msr - Msr.X2APIC_FIRST) << 4)
              .map(register -> register.access(ApicMode.X2APIC))
              .orElse(Access.ABSENT);
      if (access.readable()) {
        long value = machine.chipset.rdmsr(0, msr);
        assertThat(value >>> 32).isZero();
      } else {
        assertThatThrownBy(() -> machine.chipset.rdmsr(0, number))
            .isSameAs(GeneralProtectionException.GP);
      }
      if (access.writable()) {
        machine.chipset.wrmsr(0, msr, 0);
      } else {
        assertThatThrownBy(() -> machine.chipset.wrmsr(0, number, 0))
            .isSameAs(GeneralProtectionException.GP);
      }
    }
  }

  @Test
  void reservedBitsOfX2apicRegistersFault() {
    machine.x2apic();
    for (LapicRegister register : LapicRegister.values()) {
      if (register.access(ApicMode.X2APIC).writable() && register != LapicRegister.ICR) {
        long value = register.x2apicWritableBits() | 1L << 32;
        assertThatThrownBy(() -> machine.chipset.wrmsr(0, register.msr(), value))
            .isSameAs(GeneralProtectionException.GP);
      }
    }
    for (int bit : new int[] {13, 16, 17, 20, 31}) {
      assertThatThrownBy(
              () -> machine.chipset.wrmsr(0, LapicRegister.ICR.msr(), 0x4_0041L | 1L << bit))
          .isSameAs(GeneralProtectionException.GP);
    }
    assertThat(machine.requests(0, 0x41)).isFalse();
  }

  @Test
  void initKeepsModeAndId() {
    machine.x2apic();
    machine.write(1, LapicRegister.TPR, 0x30);
    machine.send(InterruptCommand.of(DeliveryMode.INIT, 0).withDestination(5));
    assertThat(machine.signals).containsExactly("INIT 1");
    assertThat(machine.read(1, LapicRegister.TPR)).isZero();
    assertThat(machine.read(1, LapicRegister.ID)).isEqualTo(5);
    assertThat(machine.read(1, LapicRegister.LDR)).isEqualTo(1 << 5);
  }
}
