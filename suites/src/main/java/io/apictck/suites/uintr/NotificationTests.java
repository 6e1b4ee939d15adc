package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Msr;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import org.junit.jupiter.api.Test;

/**
 * Notifications of user interrupts (Intel SDM Vol. 3A, "User-Interrupt Notification
 * Identification", "User-Interrupt Notification Processing").
 */
@Conformance
@Requires(Feature.USER_INTERRUPTS)
final class NotificationTests {
  private static final int UINV = UserThread.UINV;
  private static final int OTHER = 0x61;
  private static final long REQUESTS = 1L << 63 | 1L << 17 | 1;
  private static final long ON = UserPostedInterruptDescriptor.ON;

  private static UserThread requested(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    thread.descriptor().setPir(REQUESTS);
    thread.descriptor().setControl(thread.notifying(cpu, UINV) | ON);
    return thread;
  }

  private static void verifyProcessed(UserThread thread) {
    assertThat(thread.requests()).as("UIRR").isEqualTo(REQUESTS);
    assertThat(thread.descriptor().pir()).as("PIR").isZero();
    assertThat(thread.descriptor().control())
        .as("control bits")
        .isEqualTo(thread.notifying(thread.cpu(), UINV));
    assertThat(thread.cpu().lapic()).isIdle();
  }

  private static void verifyUntouched(UserThread thread) {
    assertThat(thread.requests()).as("UIRR").isZero();
    assertThat(thread.descriptor().pir()).as("PIR").isEqualTo(REQUESTS);
    assertThat(thread.descriptor().control() & ON).as("ON").isEqualTo(ON);
  }

  @InEachApicMode
  @Covers({"UINTR-NOT-001", "UINTR-NOT-004"})
  void areProcessedAndEndedInPlaceOfAnInterrupt(Cpu cpu) {
    UserThread thread = requested(cpu);
    cpu.sti();
    cpu.lapic().sendSelfIpi(UINV);
    cpu.cli();
    verifyProcessed(thread);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("UINTR-NOT-001")
  void mayComeFromAnotherProcessor(Machine machine) {
    UserThread thread = requested(machine.cpu(0));
    machine.cpu(0).sti();
    machine.cpu(1).lapic().sendIpi(machine.cpu(0), UINV);
    machine.settle(() -> thread.requests() != 0);
    machine.cpu(0).cli();
    verifyProcessed(thread);
  }

  @Test
  @Requires(stimuli = Stimulus.USER_MODE)
  @Covers({"UINTR-NOT-001", "UINTR-NOT-003"})
  void areProcessedInUserMode(Machine machine, Cpu cpu) {
    UserThread thread = requested(cpu);
    cpu.lapic().sendSelfIpi(UINV);
    cpu.run(new Instruction.Sti(), new Instruction.EnterUser());
    machine.expectNothing();
    thread.leaveUser();
    cpu.cli();
    verifyProcessed(thread);
  }

  @Test
  @Sweep
  @Covers("UINTR-NOT-002")
  void otherVectorsAreInterrupts(Cpu cpu, Cases cases) {
    UserThread thread = requested(cpu);
    cpu.sti();
    cases.range(
        0x20,
        0xFE,
        vector -> {
          if (vector != UINV) {
            cpu.lapic().sendSelfIpi(vector);
            cpu.serve(vector);
          }
        });
    cpu.cli();
    verifyUntouched(thread);
  }

  @Test
  @Sweep
  @Covers({"UINTR-NOT-001", "UINTR-MSR-005"})
  void eachVectorCanBeTheirs(Cpu cpu, Cases cases) {
    UserThread thread = UserThread.on(cpu);
    cpu.sti();
    cases.range(
        0x20,
        0xFE,
        vector -> {
          cpu.wrmsr(
              Msr.IA32_UINTR_MISC, new UserInterruptMisc(UserThread.LAST_TARGET, vector).raw());
          thread.descriptor().setPir(1);
          thread.request(0);
          cpu.lapic().sendSelfIpi(vector);
          assertThat(thread.requests()).as("UIRR").isEqualTo(1);
        });
  }

  @Test
  @Covers("UINTR-NOT-003")
  void waitForTheInterruptFlag(Machine machine, Cpu cpu) {
    UserThread thread = requested(cpu);
    cpu.lapic().sendSelfIpi(UINV);
    machine.expectNothing();
    verifyUntouched(thread);
    assertThat(cpu.lapic()).requests(UINV);
    // in the shadow of STI it waits for one more instruction
    long[] requests =
        cpu.run(
            new Instruction.Sti(),
            new Instruction.Rdmsr(Msr.IA32_UINTR_RR),
            new Instruction.Rdmsr(Msr.IA32_UINTR_RR),
            new Instruction.Cli());
    assertThat(requests[1] << Integer.SIZE | requests[0]).as("UIRR behind STI").isZero();
    assertThat(requests[3] << Integer.SIZE | requests[2]).as("UIRR then").isEqualTo(REQUESTS);
    verifyProcessed(thread);
  }

  @Test
  @Covers("UINTR-NOT-003")
  void waitForTheTaskPriority(Machine machine, Cpu cpu) {
    UserThread thread = requested(cpu);
    cpu.sti();
    cpu.lapic().setTpr(UINV & 0xF0);
    cpu.lapic().sendSelfIpi(UINV);
    machine.expectNothing();
    verifyUntouched(thread);
    assertThat(cpu.lapic()).requests(UINV);
    cpu.lapic().setTpr(0);
    cpu.cli();
    verifyProcessed(thread);
  }

  @Test
  @Covers("UINTR-NOT-003")
  void waitForTheEndOfAnInterruptOfTheirClass(Machine machine, Cpu cpu) {
    UserThread thread = requested(cpu);
    cpu.sti();
    cpu.lapic().sendSelfIpi(UINV + 1);
    cpu.takeInterrupt(UINV + 1);
    cpu.sti();
    cpu.lapic().sendSelfIpi(UINV);
    machine.expectNothing();
    verifyUntouched(thread);
    cpu.finishInterrupt();
    cpu.cli();
    verifyProcessed(thread);
  }

  @Test
  @Covers("UINTR-NOT-004")
  void ignoreAndKeepAllOtherBitsOfTheDescriptor(Cpu cpu) {
    UserThread thread = requested(cpu);
    thread.descriptor().setControl(-1);
    thread.request(1L << 4);
    cpu.sti();
    cpu.lapic().sendSelfIpi(UINV);
    assertThat(thread.requests()).as("UIRR").isEqualTo(REQUESTS | 1L << 4);
    assertThat(thread.descriptor().pir()).as("PIR").isZero();
    assertThat(thread.descriptor().control()).as("control bits").isEqualTo(~ON);
  }

  @Test
  @Covers("UINTR-NOT-005")
  void mayBeSpurious(Cpu cpu) {
    UserThread thread = requested(cpu);
    thread.descriptor().setPir(0);
    thread.request(1L << 4);
    cpu.sti();
    cpu.lapic().sendSelfIpi(UINV);
    assertThat(thread.requests()).as("UIRR").isEqualTo(1L << 4);
    assertThat(thread.descriptor().control() & ON).as("ON").isZero();
  }

  @Test
  @Records
  @OnMachine(processors = 2)
  @Covers("UINTR-NOT-008")
  void whetherTheyEndHltIsRecorded(Machine machine) {
    Cpu cpu = machine.cpu(0);
    UserThread thread = requested(cpu);
    cpu.countInterrupts(OTHER);
    cpu.lapic().sendSelfIpi(UINV);
    BlockRun run = cpu.stiHlt();
    machine.expectNothing();
    machine.observe("HLT ends with a notification", run.completed());
    machine.cpu(1).lapic().sendIpi(cpu, OTHER);
    machine.settle(run::completed);
    run.values();
    machine.expectNothing();
    cpu.cli();
    verifyProcessed(thread);
  }
}
