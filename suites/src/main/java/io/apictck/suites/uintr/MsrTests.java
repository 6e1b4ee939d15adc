package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.Cpuid;
import io.apictck.arch.Msr;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The MSRs of user interrupts (Intel SDM Vol. 3A, "User-Interrupt State"). */
@Conformance
@Requires(Feature.USER_INTERRUPTS)
final class MsrTests {
  private static final List<Integer> ADDRESSES =
      List.of(
          Msr.IA32_UINTR_HANDLER, Msr.IA32_UINTR_STACKADJUST, Msr.IA32_UINTR_PD, Msr.IA32_UINTR_TT);

  private static void faults(Cpu cpu, int msr, long value) {
    long before = cpu.rdmsr(msr);
    assertThat(cpu.attempt(new Instruction.Wrmsr(msr, value)))
        .as("WRMSR of %xh with %x", msr, value)
        .raisesGeneralProtection();
    assertThat(cpu.rdmsr(msr)).as("MSR %xh", msr).isEqualTo(before);
  }

  private static void takes(Cpu cpu, int msr, long value) {
    cpu.wrmsr(msr, value);
    assertThat(cpu.rdmsr(msr)).as("MSR %xh", msr).isEqualTo(value);
  }

  @Test
  @Covers("UINTR-MSR-001")
  void addressesAreCanonical(Cpu cpu) {
    int width = cpu.cpuid(Cpuid.ADDRESS_SIZES).eax() >>> 8 & 0xFF;
    for (int msr : ADDRESSES) {
      long high = -1L << (width - 1);
      takes(cpu, msr, high);
      takes(cpu, msr, ~high & ~0xFFFL);
      for (int bit = width - 1; bit < Long.SIZE; bit++) {
        faults(cpu, msr, 1L << bit);
        faults(cpu, msr, high & ~(1L << bit));
      }
    }
  }

  @Test
  @Covers("UINTR-MSR-002")
  void lowBitsOfTheDescriptorAndOfTheTableAreReserved(Cpu cpu) {
    long page = cpu.machine().newPage();
    for (int bit = 0; bit < Long.BYTES; bit++) {
      if (bit < 6) {
        faults(cpu, Msr.IA32_UINTR_PD, page | 1L << bit);
      } else {
        takes(cpu, Msr.IA32_UINTR_PD, page | 1L << bit);
      }
      if (1 <= bit && bit <= 3) {
        faults(cpu, Msr.IA32_UINTR_TT, page | 1L << bit);
      } else {
        takes(cpu, Msr.IA32_UINTR_TT, page | 1L << bit);
      }
    }
  }

  @Test
  @Covers({"UINTR-MSR-003", "UINTR-MSR-005"})
  void miscHasSizeAndVector(Cpu cpu) {
    for (int bit = 0; bit < 40; bit++) {
      takes(cpu, Msr.IA32_UINTR_MISC, 1L << bit);
    }
    for (int bit = 40; bit < Long.SIZE; bit++) {
      faults(cpu, Msr.IA32_UINTR_MISC, 1L << bit);
    }
  }

  @Test
  @Covers("UINTR-MSR-004")
  void requestsAreAnyBits(Cpu cpu) {
    for (int bit = 0; bit < Long.SIZE; bit++) {
      takes(cpu, Msr.IA32_UINTR_RR, 1L << bit);
    }
    takes(cpu, Msr.IA32_UINTR_RR, -1);
    takes(cpu, Msr.IA32_UINTR_RR, 0);
  }

  @Test
  @Requires(stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
  @Covers({"UINTR-MSR-004", "UINTR-NOT-007"})
  void whatIsRequestedIsDeliveredAndWhatIsTakenBackIsNot(Machine machine, Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    thread.request(1L << 9 | 1L << 41);
    thread.request(0);
    thread.enterUserReceiving();
    machine.expectNothing();
    thread.leaveUser();
    thread.request(1L << 9 | 1L << 41);
    thread.enterUser();
    cpu.takeUserInterrupt(41);
    cpu.iret();
    cpu.takeUserInterrupt(9);
    cpu.iret();
    thread.leaveUser();
    assertThat(thread.requests()).as("UIRR").isZero();
  }

  @Test
  @Requires(stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
  @Covers("UINTR-MSR-007")
  void noneHasUif(Cpu cpu) {
    UserThread.receivingOn(cpu);
    cpu.run(new Instruction.Clui());
    long[] cleared = values(cpu);
    cpu.run(new Instruction.Stui());
    assertThat(values(cpu)).as("MSRs with UIF = 1").isEqualTo(cleared);
    cpu.wrmsr(Msr.IA32_UINTR_MISC, new UserInterruptMisc(0, 0).raw());
    assertThat(cpu.run(new Instruction.Testui())[0] & 1).as("UIF").isEqualTo(1);
  }

  private static long[] values(Cpu cpu) {
    long[] values = new long[Msr.IA32_UINTR_TT - Msr.IA32_UINTR_RR + 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = cpu.rdmsr(Msr.IA32_UINTR_RR + i);
    }
    return values;
  }

  @Test
  @OnMachine(powerOn = true)
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("UINTR-MSR-006")
  void allAreZeroAfterReset(Cpu cpu) {
    for (long value : values(cpu)) {
      assertThat(value).as("an MSR of user interrupts after reset").isZero();
    }
    new UserThread(cpu, null, null).enable(true);
    assertThat(cpu.run(new Instruction.Testui())[0] & 1).as("UIF after reset").isZero();
  }

  @InEachApicMode
  @Covers("UINTR-ENUM-003")
  void theyAreNotOfTheLocalApic(Cpu cpu) {
    ApicMode mode = cpu.lapic().mode();
    for (int msr : ADDRESSES) {
      takes(cpu, msr, cpu.machine().newPage());
    }
    assertThat(cpu.lapic()).isInMode(mode);
  }
}
