package io.apictck.model.processor;

import static io.apictck.model.processor.Bench.completed;
import static io.apictck.model.processor.Bench.selfIpi;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.Cpuid;
import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.platform.Event.Faulted;
import io.apictck.platform.Event.InterruptTaken;
import io.apictck.platform.Event.Kind;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What instructions give, and which fault. */
class InstructionTest {
  private static final int GP = 13;
  private static final Instruction ENTER_USER = new Instruction.EnterUser();

  private final Bench bench = Bench.of(2);

  static List<Instruction> privileged() {
    return List.of(
        new Instruction.Rdmsr(Msr.IA32_TIME_STAMP_COUNTER),
        new Instruction.Wrmsr(Msr.IA32_TSC_ADJUST, 0),
        new Instruction.Hlt(),
        new Instruction.Cli(),
        new Instruction.Sti(),
        new Instruction.MovToCr8(1),
        new Instruction.MovFromCr8(),
        new Instruction.In(0x80, 1),
        new Instruction.Out(0x80, 1, 0));
  }

  @ParameterizedTest
  @MethodSource("privileged")
  void userModeMayNot(Instruction instruction) {
    assertThat(bench.run(0, ENTER_USER, instruction, new Instruction.Nop()))
        .containsExactly(new Faulted(0, 1, 1, GP, 0));
    assertThat(bench.run(0, new Instruction.LeaveUser(), new Instruction.Cli()))
        .containsExactly(completed(0, 2));
  }

  @Test
  void userModeKeepsIfOverPopf() {
    bench.run(0, new Instruction.Sti());

    assertThat(
            bench.values(ENTER_USER, new Instruction.Popf(Rflags.FIXED), new Instruction.Pushf()))
        .containsExactly(Rflags.IF | Rflags.FIXED);
  }

  @Test
  void interruptFromUserModeEntersTheKernelAndReturns() {
    bench.run(0, new Instruction.Int(0x60), selfIpi(0x41));
    bench.run(0, new Instruction.Iret());
    assertThat(bench.run(0, new Instruction.Popf(Rflags.IF | Rflags.FIXED), ENTER_USER))
        .hasOnlyElementsOfType(InterruptTaken.class);
    bench.run(0, new Instruction.Iret());

    assertThat(bench.run(0, new Instruction.Int(0x80), new Instruction.Cli()))
        .containsExactly(
            new InterruptTaken(0, 0x80, Kind.SOFTWARE, new Place(5, 1), Rflags.IF | Rflags.FIXED));
    assertThat(bench.run(0, new Instruction.MovToCr8(3), new Instruction.Iret()))
        .containsExactly(completed(0, 6), new Faulted(0, 5, 1, GP, 0));
  }

  @Test
  void faultEndsTheBlock() {
    assertThat(bench.run(0, new Instruction.Nop(), new Instruction.Ud2(), new Instruction.Sti()))
        .containsExactly(new Faulted(0, 1, 1, 6, 0));
    assertThat(bench.values(new Instruction.Pushf())).containsExactly(Rflags.FIXED);
  }

  @Test
  void cr8TakesFourBits() {
    assertThat(bench.values(new Instruction.MovToCr8(0xF), new Instruction.MovFromCr8()))
        .containsExactly(0xF);
    for (int bit = 4; bit < Long.SIZE; bit++) {
      assertThat(bench.run(0, new Instruction.MovToCr8(1L << bit)))
          .singleElement()
          .isInstanceOf(Faulted.class);
    }
    assertThat(bench.values(new Instruction.MovFromCr8())).containsExactly(0xF);
  }

  @Test
  void memoryIsSparseAndOpenBusIsOnes() {
    long edge = 0x0100_0FFD;
    assertThat(
            bench.values(
                new Instruction.Store(edge, 8, 0x8877_6655_4433_2211L),
                new Instruction.Load(edge, 8),
                new Instruction.Load(edge + 1, 2),
                new Instruction.LockedOr(edge, 1, 0xE),
                new Instruction.Exchange(edge, 4, 0),
                new Instruction.Load(edge, 8),
                new Instruction.Store(0x2_0000_0000L, 8, 1),
                new Instruction.Load(0x2_0000_0000L, 4),
                new Instruction.Load(FakeChipset.PAGE, 4),
                new Instruction.In(0x61, 2)))
        .containsExactly(
            0x8877_6655_4433_2211L,
            0x3322,
            0x4433_221F,
            0x8877_6655_0000_0000L,
            0xFFFF_FFFFL,
            0x1234_5678,
            0xFFFF);
    assertThat(bench.run(0, new Instruction.Load(1L << 47, 1)))
        .containsExactly(new Faulted(0, 2, 0, GP, 0));
  }

  @Test
  void comparisonsExchangeWhatWasExpected() {
    long at = 0x0100_0000;
    assertThat(
            bench.values(
                new Instruction.Store(at, 8, 0x8877_6655_4433_2211L),
                new Instruction.CompareExchange(at, 4, 0x4433_2212L, 1),
                new Instruction.CompareExchange(at, 1, 0xFF11, 0x12),
                new Instruction.CompareExchange(at, 8, 0x8877_6655_4433_2212L, 5),
                new Instruction.CompareExchange16(at, 5, 1, 6, 7),
                new Instruction.CompareExchange16(at, 5, 0, 6, 7),
                new Instruction.Load(at, 8),
                new Instruction.Load(at + 8, 8)))
        .containsExactly(0x4433_2211L, 0x11, 0x8877_6655_4433_2212L, 5, 0, 5, 0, 6, 7);
    assertThat(bench.run(0, new Instruction.CompareExchange16(at + 8, 0, 0, 0, 0)))
        .containsExactly(new Faulted(0, 2, 0, GP, 0));
    assertThat(bench.run(0, new Instruction.CompareExchange(1L << 47, 8, 0, 0)))
        .containsExactly(new Faulted(0, 3, 0, GP, 0));
  }

  @Test
  void timeStampCounterAndItsAdjustmentMoveTogether() {
    assertThat(
            bench.values(
                new Instruction.Wrmsr(Msr.IA32_TSC_ADJUST, 1L << 32),
                new Instruction.Rdtsc(),
                new Instruction.Wrmsr(Msr.IA32_TIME_STAMP_COUNTER, 0),
                new Instruction.Rdtsc(),
                new Instruction.Rdmsr(Msr.IA32_TSC_ADJUST)))
        .containsExactly((1L << 32) + 1, 1, 0xFFFF_FFFEL, 0xFFFF_FFFFL);
    assertThat(bench.run(0, new Instruction.Rdmsr(0x1234)))
        .containsExactly(new Faulted(0, 2, 0, GP, 0));
  }

  @Test
  void cpuidShowsTheLocalApicAndTheClock() {
    bench.start(1);
    long[] ofBsp = bench.values(new Instruction.Cpuid(1, 0));
    assertThat(ofBsp[3] & Cpuid.EDX_APIC).isEqualTo(Cpuid.EDX_APIC);
    long[] clock = bench.values(new Instruction.Cpuid(Cpuid.TSC_CRYSTAL, 0));
    assertThat(clock[2] * clock[1] / clock[0]).isEqualTo(1_000_000_000);
    assertThat(bench.values(new Instruction.Cpuid(Cpuid.ADDRESS_SIZES, 0))[0])
        .isEqualTo(46 | 57 << 8);
    // the fake chipset has the local APIC of processor 1 disabled
    assertThat(bench.run(1, new Instruction.Cpuid(1, 0)))
        .singleElement()
        .satisfies(event ->
            assertThat(((io.apictck.platform.Event.Completed) event).values()[3])
                .matches(edx -> (edx & Cpuid.EDX_APIC) == 0));
  }
}
