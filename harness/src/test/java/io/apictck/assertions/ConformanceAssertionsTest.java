package io.apictck.assertions;

import static io.apictck.assertions.ConformanceAssertions.assertThat;
import static io.apictck.assertions.Fixture.fails;

import io.apictck.arch.ApicMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.VectorSet;
import io.apictck.machine.Attempt;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.LocalApic;
import io.apictck.platform.Instruction;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConformanceAssertionsTest {
  private final Cpu cpu = Fixture.cpu();
  private final LocalApic lapic = cpu.lapic();

  @Test
  void aboutAttemptsThatFault() {
    Attempt attempt = cpu.attempt(new Instruction.Nop(), new Instruction.Wrmsr(0x80B, 1));

    assertThat(attempt).raisesGeneralProtection().raises(13).raises(13, 0).atInstruction(1);
    fails(
        () -> assertThat(attempt).succeeds(),
        "[nop; wrmsr 80Bh (EOI) <- 1] should give no exception, but instruction 1 raised"
            + " #GP (vector 13) with error code 0000_0000h");
    fails(
        () -> assertThat(attempt).as("EOI").raises(6),
        "[EOI] [nop; wrmsr 80Bh (EOI) <- 1] should give #UD (vector 6), but instruction 1 raised"
            + " #GP (vector 13) with error code 0000_0000h");
    fails(
        () -> assertThat(attempt).atInstruction(0),
        "[nop; wrmsr 80Bh (EOI) <- 1] should give an exception of instruction 0, but"
            + " instruction 1 raised #GP (vector 13) with error code 0000_0000h");
  }

  @Test
  void aboutAttemptsThatSucceed() {
    Attempt attempt = cpu.attempt(new Instruction.Nop());

    assertThat(attempt).succeeds();
    fails(
        () -> assertThat(attempt).raisesGeneralProtection(),
        "[nop] should give #GP (vector 13) with error code 0000_0000h, but it ran to its end");
  }

  @Test
  void aboutInterrupts() {
    lapic.setEnabled(true);
    lapic.sendSelfIpi(0x41);
    BlockRun run = cpu.start(new Instruction.Sti(), new Instruction.Nop(), new Instruction.Nop());
    InterruptFrame frame = cpu.takeInterrupt();

    assertThat(frame)
        .hasVector(0x41)
        .isExternal()
        .interruptedAt(run, 2)
        .interruptedWithInterruptsEnabled();
    String rest =
        ", but has vector 41h, returns to block 3 instruction 2 and saved RFLAGS 0000_0202h";
    fails(
        () -> assertThat(frame).hasVector(0x42),
        "interrupt 41h on CPU 0 should have vector 42h" + rest);
    fails(() -> assertThat(frame).isNmi(), "interrupt 41h on CPU 0 should be an NMI" + rest);
    fails(() -> assertThat(frame).isSmi(), "interrupt 41h on CPU 0 should be an SMI" + rest);
    fails(
        () -> assertThat(frame).isSoftware(),
        "interrupt 41h on CPU 0 should be a software interrupt" + rest);
    fails(() -> assertThat(frame).isTrap(1), "interrupt 41h on CPU 0 should be a trap" + rest);
    fails(
        () -> assertThat(frame).interruptedAt(run, 1),
        "interrupt 41h on CPU 0 should return to block 3 instruction 1" + rest);
    fails(
        () -> assertThat(frame).interruptedIdle(),
        "interrupt 41h on CPU 0 should return to no block" + rest);
    fails(
        () -> assertThat(frame).interruptedWithInterruptsDisabled(),
        "interrupt 41h on CPU 0 should have saved RFLAGS with IF=0" + rest);
  }

  @Test
  void aboutInterruptsBetweenBlocks() {
    cpu.sti();
    lapic.sendSelfIpi(0x41);
    assertThat(cpu.takeInterrupt()).interruptedIdle();
  }

  @Test
  void aboutSoftwareInterrupts() {
    cpu.start(new Instruction.Int(0x41));
    InterruptFrame frame = cpu.takeInterrupt();

    assertThat(frame).isSoftware().interruptedWithInterruptsDisabled();
    fails(
        () -> assertThat(frame).isExternal(),
        "software interrupt 41h on CPU 0 should be a maskable interrupt, but has vector 41h,"
            + " returns to block 1 instruction 1 and saved RFLAGS 0000_0002h");
  }

  @Test
  void aboutQueues() {
    lapic.sendSelfIpi(0x41);
    lapic.sendSelfIpi(0x62);

    assertThat(lapic).requests(0x41, 0x62).requestsVector(0x41).isServicingNothing();
    fails(
        () -> assertThat(lapic).requests(0x41, 0x50),
        "IRR of CPU 0 should be {41h, 50h}, but is {41h, 62h}: missing {50h}, too much {62h}");
    fails(
        () -> assertThat(lapic).requestsNothing(),
        "IRR of CPU 0 should be {}, but is {41h, 62h}: too much {41h, 62h}");
    fails(
        () -> assertThat(lapic).isServicing(0x41),
        "ISR of CPU 0 should be {41h}, but is {}: missing {41h}");
    fails(
        () -> assertThat(lapic).requestsVector(0x50),
        "IRR of CPU 0 should contain {50h}, but is {41h, 62h}");
    fails(
        () -> assertThat(lapic).isIdle(),
        "IRR of CPU 0 should be {}, but is {41h, 62h}: too much {41h, 62h}");
    fails(
        () -> assertThat(lapic).hasTriggerMode(0x41, true),
        "TMR of CPU 0 should have {41h} as level, but is {}");
  }

  @Test
  void aboutRegisters() {
    lapic.setTpr(0x35);

    assertThat(lapic)
        .hasTpr(0x35)
        .hasPpr(0x35)
        .hasPriorityClass(3)
        .isInMode(ApicMode.XAPIC)
        .hasTriggerMode(0x41, false)
        .hasNoErrors()
        .hasRegister(LapicRegister.SVR, 0xFF)
        .isIdle();
    fails(() -> assertThat(lapic).hasTpr(0x36), "TPR of CPU 0 should be 36h, but is 35h");
    fails(() -> assertThat(lapic).hasPpr(0x36), "PPR of CPU 0 should be 36h, but is 35h");
    fails(
        () -> assertThat(lapic).hasPriorityClass(4),
        "PPR of CPU 0 should have priority class 4, but is 35h");
    fails(
        () -> assertThat(lapic).isInMode(ApicMode.X2APIC),
        "IA32_APIC_BASE of CPU 0 should select mode X2APIC, but is mode XAPIC");
    fails(
        () -> assertThat(lapic).hasRegister(LapicRegister.SVR, 0x1FF),
        "SVR of CPU 0 should be 0000_01FFh, but is 0000_00FFh");
    fails(
        () ->
            assertThat(lapic)
                .hasErrors(
                    ErrorStatus.SEND_ILLEGAL_VECTOR | ErrorStatus.RECEIVE_ILLEGAL_VECTOR | 1),
        "ESR of CPU 0 should be 0000_0061h (send illegal vector, receive illegal vector, other"
            + " bits 0000_0001h), but is 0000_0000h");
  }

  @Test
  void aboutCounters() {
    Counter counter = cpu.onInterrupt(0x41, InterruptHandler.RETURN);
    assertThat(counter).hasCount(0).hasVectors();
    cpu.start(new Instruction.Int(0x41));

    assertThat(counter).hasCount(1).hasVectors(0x41);
    fails(
        () -> assertThat(counter).hasCount(2),
        "2 interrupts should have been taken, but 1 were: [41h]");
    fails(
        () -> assertThat(counter).hasVectors(0x41, 0x42),
        "the interrupts [41h, 42h] should have been taken in this order, but these were: [41h]");
  }

  @Test
  void aboutVectorSets() {
    VectorSet set = VectorSet.of(0x10, 0xFF);

    assertThat(set).containsExactlyVectors(0xFF, 0x10).containsVector(0x10);
    assertThat(new VectorSet()).isEmptySet();
    fails(
        () -> assertThat(set).containsExactlyVectors(0x10),
        "the vectors should be {10h}, but are {10h, FFh}: too much {FFh}");
    fails(
        () -> assertThat(set).containsVector(0x11),
        "the vectors should contain {11h}, but are {10h, FFh}");
    fails(
        () -> assertThat(set).isEmptySet(), "there should be no vectors, but there are {10h, FFh}");
  }

  @Test
  void besidesThoseOfAssertJ() {
    assertThat(List.of(1)).hasSize(1);
    assertThat("xy").startsWith("x");
    assertThat(1L).isPositive();
  }
}
