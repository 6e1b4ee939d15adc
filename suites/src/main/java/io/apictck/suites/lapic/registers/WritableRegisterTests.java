package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.TimerDivide;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.support.RegisterDump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which bits of the writable registers there are (Intel SDM Vol. 3A, figures of the registers). */
@Conformance
final class WritableRegisterTests {
  private static final int ONES = -1;
  private static final int LEVEL_IN_FLIGHT =
      LvtEntry.fixed(0x55).withLevel(true).withMasked(true).withRemoteIrr(true).raw()
          | LvtEntry.DELIVERY_STATUS;
  private static final int LDR_ID = LapicRegister.LDR.definedBits();
  private static final int DFR_MODEL = LapicRegister.DFR.definedBits();

  private static void assertReads(LocalApic lapic, LapicRegister register, int expected) {
    assertThat(Hex.dword(lapic.read(register))).as("%s", register).isEqualTo(Hex.dword(expected));
  }

  @Test
  @Covers("LAPIC-REG-003")
  void aRegisterReadsBackAndIsAloneInWhatWasWritten(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    List<LapicRegister> registers =
        new ArrayList<>(List.of(LapicRegister.TPR, LapicRegister.INITIAL_COUNT));
    registers.add(LapicRegister.LDR);
    RegisterDump.readable(lapic).stream().filter(LapicRegister::isLvt).forEach(registers::add);
    for (LapicRegister register : registers) {
      int value =
          switch (register) {
            case TPR -> 0xA5;
            case INITIAL_COUNT -> 0x89AB_CDEF;
            case LDR -> 0xA500_0000;
            default -> LvtEntry.fixed(0xA5).withMasked(true).raw();
          };
      // PPR follows TPR, and the count starts with its initial value
      LapicRegister[] others = {
        register,
        register == LapicRegister.TPR ? LapicRegister.PPR : LapicRegister.EOI,
        register == LapicRegister.INITIAL_COUNT
            ? LapicRegister.CURRENT_COUNT
            : LapicRegister.SELF_IPI
      };
      int before = lapic.read(register);
      Map<String, String> neighbours = RegisterDump.of(lapic, others);
      lapic.write(register, value);
      assertReads(lapic, register, value);
      assertThat(RegisterDump.of(lapic, others))
          .as("registers beside %s", register)
          .isEqualTo(neighbours);
      lapic.write(register, before);
      assertReads(lapic, register, before);
    }
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-REG-007")
  void everySvrValueReadsBack(Cpu cpu, Cases cases) {
    cases.range(
        0,
        LapicRegister.SVR.definedBits(),
        value -> {
          cpu.lapic().setSvr(SpuriousInterruptVector.of(value));
          assertReads(cpu.lapic(), LapicRegister.SVR, value);
        });
  }

  @InEachApicMode
  @Covers("LAPIC-REG-007")
  void svrBit12IsThereWhereTheVersionRegisterSaysSo(Cpu cpu) {
    assertSuppressBit(cpu.lapic());
  }

  @InEachApicMode
  @OnMachine(without = Feature.EOI_BROADCAST_SUPPRESSION)
  @Covers("LAPIC-REG-007")
  void svrBit12ReadsZeroWithoutSuppression(Cpu cpu) {
    assertThat(cpu.lapic().version().canSuppressEoiBroadcast()).as("version bit 24").isFalse();
    assertSuppressBit(cpu.lapic());
  }

  private static void assertSuppressBit(LocalApic lapic) {
    boolean supported = lapic.version().canSuppressEoiBroadcast();
    SpuriousInterruptVector with =
        SpuriousInterruptVector.RESET.withEnabled(true).withSuppressEoiBroadcast(true);
    if (supported || lapic.mode() == ApicMode.XAPIC) {
      lapic.setSvr(with);
    }
    assertThat(lapic.svr().suppressesEoiBroadcast()).as("SVR bit 12").isEqualTo(supported);
    lapic.setSvr(with.withSuppressEoiBroadcast(false));
    assertThat(lapic.svr().suppressesEoiBroadcast()).as("SVR bit 12 cleared").isFalse();
  }

  @Test
  @Covers("LAPIC-REG-007")
  void svrWrittenWithOnes(Machine machine, Cpu cpu) {
    cpu.lapic().write(LapicRegister.SVR, ONES);
    SpuriousInterruptVector svr = cpu.lapic().svr();
    machine.observe("SVR written with ones", Hex.dword(svr.raw()));
    assertThat(svr.vector()).as("spurious vector").isEqualTo(0xFF);
    assertThat(svr.enabled()).as("software enable").isTrue();
    assertThat(svr.suppressesEoiBroadcast())
        .as("SVR bit 12")
        .isEqualTo(cpu.lapic().version().canSuppressEoiBroadcast());
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-REG-008")
  void everyTprValueReadsBack(Cpu cpu, Cases cases) {
    cases.range(
        0,
        0xFF,
        value -> {
          cpu.lapic().setTpr(value);
          assertReads(cpu.lapic(), LapicRegister.TPR, value);
        });
  }

  @Test
  @Sweep
  @Covers("LAPIC-REG-008")
  void tprHasEightBits(Cpu cpu, Cases cases) {
    cases.range(
        8,
        Integer.SIZE - 1,
        bit -> {
          cpu.lapic().write(LapicRegister.TPR, 1 << bit | 0x5A);
          assertReads(cpu.lapic(), LapicRegister.TPR, 0x5A);
        });
    cpu.lapic().write(LapicRegister.TPR, 0xFFFF_FF5A);
    assertReads(cpu.lapic(), LapicRegister.TPR, 0x5A);
    assertReads(cpu.lapic(), LapicRegister.PPR, 0x5A);
  }

  @Test
  @Sweep
  @Covers("LAPIC-REG-009")
  void ldrKeepsItsHighestByte(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    Map<String, String> before = RegisterDump.of(lapic, LapicRegister.LDR);
    cases.range(
        0,
        0xFF,
        id -> {
          lapic.write(LapicRegister.LDR, id << 24 | ~LDR_ID);
          assertReads(lapic, LapicRegister.LDR, id << 24);
        });
    assertThat(RegisterDump.of(lapic, LapicRegister.LDR)).isEqualTo(before);
  }

  @Test
  @Sweep
  @Covers("LAPIC-REG-009")
  void dfrKeepsItsModelAndReadsOnesElsewhere(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    Map<String, String> before = RegisterDump.of(lapic, LapicRegister.DFR);
    // only these two models are defined
    cases.each(
        List.of(0, DFR_MODEL),
        model -> {
          for (int rest : new int[] {0, ~DFR_MODEL, 0x0A5A_5A5A}) {
            lapic.write(LapicRegister.DFR, model | rest);
            assertReads(lapic, LapicRegister.DFR, model | ~DFR_MODEL);
          }
        });
    assertThat(RegisterDump.of(lapic, LapicRegister.DFR)).isEqualTo(before);
  }

  @InEachApicMode
  @Covers("LAPIC-REG-013")
  void everyDividerReadsBack(Cpu cpu) {
    for (TimerDivide divide : TimerDivide.values()) {
      cpu.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, divide.code());
      assertReads(cpu.lapic(), LapicRegister.DIVIDE_CONFIGURATION, divide.code());
    }
  }

  @Test
  @Covers("LAPIC-REG-013")
  void theDivideConfigurationKeepsBits3And1And0Only(Machine machine, Cpu cpu) {
    cpu.lapic().write(LapicRegister.DIVIDE_CONFIGURATION, ONES);
    assertReads(cpu.lapic(), LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.DEFINED);
    machine.expectNothing();
  }

  @Test
  @Covers({"LAPIC-LVT-002", "LAPIC-REG-003"})
  void readOnlyBitsOfLvtEntriesStayZero(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    for (LapicRegister register : RegisterDump.readable(lapic)) {
      if (register.isLvt()) {
        // ones everywhere, and the one combination in which remote IRR has a meaning
        for (int value : new int[] {ONES, LEVEL_IN_FLIGHT}) {
          lapic.write(register, value);
          LvtEntry entry = lapic.lvt(register);
          machine.observe(register + " written with " + Hex.dword(value), Hex.dword(entry.raw()));
          assertThat(entry.deliveryStatus()).as("delivery status of %s", register).isFalse();
          if ((register.definedBits() & LvtEntry.REMOTE_IRR) != 0) {
            assertThat(entry.remoteIrr()).as("remote IRR of %s", register).isFalse();
          }
          assertThat(entry.vector())
              .as("vector of %s", register)
              .isEqualTo(value & LvtEntry.VECTOR);
          assertThat(entry.masked()).as("mask of %s", register).isTrue();
        }
        lapic.setLvt(register, LvtEntry.RESET);
      }
    }
  }
}
