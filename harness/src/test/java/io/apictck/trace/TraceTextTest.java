package io.apictck.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Place;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TraceTextTest {
  static Stream<Arguments> instructions() {
    return Stream.of(
        Arguments.of(new Instruction.Wrmsr(0x80B, 0), "wrmsr 80Bh (EOI) <- 0"),
        Arguments.of(
            new Instruction.Wrmsr(0x830, 0x1_0000_4041L), "wrmsr 830h (ICR) <- 0001_0000_4041h"),
        Arguments.of(new Instruction.Rdmsr(0x1B), "rdmsr 1Bh (IA32_APIC_BASE)"),
        Arguments.of(new Instruction.Rdmsr(0x6E0), "rdmsr 6E0h (IA32_TSC_DEADLINE)"),
        Arguments.of(new Instruction.Rdmsr(0x8FF), "rdmsr 8FFh"),
        Arguments.of(new Instruction.Rdmsr(0xC000_0080), "rdmsr C000_0080h"),
        Arguments.of(new Instruction.Rdmsr(0x823), "rdmsr 823h (IRR 3)"),
        Arguments.of(
            new Instruction.Store(0xFEE0_0300L, 4, 0x4_4041), "[FEE0_0300h] (ICR) <- 0004_4041h"),
        Arguments.of(new Instruction.Load(0xFEE0_0130L, 4), "load [FEE0_0130h] (ISR 3)"),
        Arguments.of(new Instruction.Load(0xFEE0_0021L, 1), "load 1 bytes [FEE0_0021h]"),
        Arguments.of(new Instruction.Load(0xFEE0_0400L, 4), "load [FEE0_0400h]"),
        Arguments.of(
            new Instruction.LockedOr(0x10_0000, 8, 0xA), "lock or 8 bytes [0010_0000h], 0Ah"),
        Arguments.of(new Instruction.Exchange(0x10_0000, 4, 1), "xchg [0010_0000h], 1"),
        Arguments.of(
            new Instruction.CompareExchange(0x10_0000, 4, 2, 1),
            "lock cmpxchg [0010_0000h], 1, expected 2"),
        Arguments.of(
            new Instruction.CompareExchange16(0x10_0000, 1, 2, 3, 4),
            "lock cmpxchg16b [0010_0000h], 4:3, expected 2:1"),
        Arguments.of(
            new Instruction.RepMovsb(0x10_0000, 0x10_1000, 16),
            "rep movsb [0010_0000h] <- [0010_1000h], 16 bytes"),
        Arguments.of(new Instruction.In(0x20, 1), "in 20h"),
        Arguments.of(new Instruction.Out(0xCF8, 4, -1), "out 0CF8h, 4 bytes <- FFFF_FFFFh"),
        Arguments.of(new Instruction.Cpuid(0x8000_0008, 0), "cpuid 8000_0008h"),
        Arguments.of(new Instruction.Cpuid(0xB, 1), "cpuid 0Bh.1"),
        Arguments.of(new Instruction.MovToCr8(3), "cr8 <- 3"),
        Arguments.of(new Instruction.Int(0x61), "int 61h"),
        Arguments.of(new Instruction.Popf(0x202), "popf 202h"),
        Arguments.of(new Instruction.Hlt(), "hlt"));
  }

  @ParameterizedTest
  @MethodSource("instructions")
  void decodesInstructions(Instruction instruction, String text) {
    assertThat(
            TraceText.line(new TraceEntry.Did(0, new Action.Execute(0, 7, List.of(instruction)))))
        .isEqualTo("CPU 0  " + text + "  (block 7)");
  }

  static Stream<Arguments> actions() {
    return Stream.of(
        Arguments.of(new Action.Reset(), "reset"),
        Arguments.of(new Action.SetLine(9, true), "GSI 9 asserted"),
        Arguments.of(new Action.SetLocalLine(1, LocalLine.LINT0, false), "CPU 1  LINT0 low"),
        Arguments.of(new Action.SupplyVector(0x30), "the external controller supplies 30h"),
        Arguments.of(
            new Action.DeviceWrite(0x1F3, 0xFEE0_0000L, 0x4041),
            "device 01:1E.3  [FEE0_0000h] <- 4041h"),
        Arguments.of(new Action.Elapse(1_000_000), "time passes, up to 1 ms"),
        Arguments.of(new Action.Elapse(1_500_000), "time passes, up to 1500 us"),
        Arguments.of(new Action.Elapse(1_001), "time passes, up to 1001 ns"),
        Arguments.of(new Action.SetGate(0x41, true), "gate 41h is a trap gate"));
  }

  @ParameterizedTest
  @MethodSource("actions")
  void describesActions(Action action, String text) {
    assertThat(TraceText.line(new TraceEntry.Did(0, action))).isEqualTo(text);
  }

  static Stream<Arguments> events() {
    Place place = new Place(3, 2);
    return Stream.of(
        Arguments.of(new Event.Completed(0, 3, new long[] {0, 0x41}), "ends block 3 -> 0, 41h"),
        Arguments.of(new Event.Completed(0, 3, new long[0]), "ends block 3"),
        Arguments.of(
            new Event.Faulted(0, 3, 1, 13, 0),
            "faults in block 3 instruction 1: 13 (#GP), error code 0"),
        Arguments.of(
            new Event.InterruptTaken(0, 0x41, Event.Kind.EXTERNAL, place, 0x202),
            "takes interrupt 41h, returns to block 3 instruction 2"),
        Arguments.of(
            new Event.InterruptTaken(0, 2, Event.Kind.NMI, Place.IDLE, 2),
            "takes NMI, returns to no block, IF=0"),
        Arguments.of(
            new Event.InterruptTaken(0, 0x41, Event.Kind.SOFTWARE, place, 0x202),
            "takes software interrupt 41h, returns to block 3 instruction 2"),
        Arguments.of(
            new Event.InterruptTaken(0, 0, Event.Kind.SMI, place, 0x202),
            "takes SMI, returns to block 3 instruction 2"),
        Arguments.of(
            new Event.ExceptionTaken(0, 1, 0, place, 0x202),
            "takes trap 1 (#DB), returns to block 3 instruction 2"),
        Arguments.of(
            new Event.UserInterruptTaken(0, 5, place, 0x202, 0x1000),
            "takes user interrupt 5, returns to block 3 instruction 2"),
        Arguments.of(new Event.ProcessorReset(0), "is reset by INIT"),
        Arguments.of(
            new Event.ProcessorStarted(0, 8, new Event.StartState(0x800, 0, 0, 2)),
            "starts by start-up IPI 08h"),
        Arguments.of(
            new Event.ProcessorStarted(0, -1, new Event.StartState(0x800, 0, 0, 2)),
            "starts after INIT"),
        Arguments.of(new Event.ShutDown(0), "shuts down (triple fault)"));
  }

  @ParameterizedTest
  @MethodSource("events")
  void describesEvents(Event event, String text) {
    assertThat(TraceText.line(new TraceEntry.Saw(0, event))).isEqualTo("CPU 0  " + text);
  }

  @Test
  void putsABlockAndItsEndIntoOneLine() {
    Trace trace = new Trace();
    trace.did(
        0,
        new Action.Execute(
            1,
            4,
            List.of(new Instruction.Rdmsr(0x802), new Instruction.Nop(), new Instruction.Pushf())));
    trace.saw(0, new Event.Completed(1, 4, new long[] {5, 0, 0x202}));
    trace.did(0, new Action.Execute(0, 5, List.of(new Instruction.Hlt())));
    trace.note(0, "waiting");

    assertThat(TraceText.excerpt(trace, 12))
        .containsExactly(
            "CPU 1  rdmsr 802h (ID) -> 5; nop; pushf -> 202h  (block 4)",
            "CPU 0  hlt  (block 5)",
            "note: waiting");
    assertThat(TraceText.excerpt(trace, 1)).containsExactly("note: waiting");
  }
}
