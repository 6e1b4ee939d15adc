package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.arch.uintr.UserInterruptTarget;
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
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.uintr.UserDescriptor;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SENDUIPI (Intel SDM Vol. 2, "SENDUIPI"). */
@Conformance
@Requires(Feature.USER_INTERRUPTS)
final class SendTests {
  private static final int NV = 0x61;
  private static final int INDEX = 2;
  private static final int VECTOR = 44;
  private static final int ILLEGAL = 5;
  private static final long ON = UserPostedInterruptDescriptor.ON;
  private static final long SN = UserPostedInterruptDescriptor.SN;
  private static final Instruction SENDUIPI = new Instruction.Senduipi(INDEX);

  /** CF, PF, AF, ZF, SF, DF and OF. */
  private static final long FLAGS = 0xCD5 | Rflags.FIXED;

  private static UserDescriptor quietTarget(UserThread thread) {
    UserDescriptor target = UserDescriptor.create(thread.cpu());
    target.setControl(SN);
    thread.targets().point(INDEX, VECTOR, target);
    return target;
  }

  private static void refused(UserThread thread, UserDescriptor target, long index) {
    long control = target.control();
    assertThat(thread.cpu().attempt(new Instruction.Senduipi(index)))
        .as("SENDUIPI %x", index)
        .raisesGeneralProtection();
    assertThat(target.pir()).as("PIR").isZero();
    assertThat(target.control()).as("control bits").isEqualTo(control);
  }

  private static void posts(UserThread thread, UserDescriptor target, long index, int vector) {
    thread.cpu().run(new Instruction.Senduipi(index));
    assertThat(target.pir()).as("PIR").isEqualTo(1L << vector);
    target.setPir(0);
  }

  @Test
  @Requires(stimuli = Stimulus.USER_MODE)
  @Covers({"UINTR-SEND-001", "UINTR-SEND-011"})
  void postsInEachPrivilegeLevelAndChangesNoFlag(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    UserDescriptor target = quietTarget(thread);
    for (boolean user : new boolean[] {false, true}) {
      if (user) {
        thread.enterUser();
      }
      for (long flags : new long[] {FLAGS, Rflags.FIXED}) {
        long[] after =
            cpu.run(
                new Instruction.Popf(flags),
                SENDUIPI,
                new Instruction.Pushf(),
                new Instruction.Popf(Rflags.FIXED));
        assertThat(after[0] & FLAGS).as("flags after SENDUIPI").isEqualTo(flags);
      }
      if (user) {
        thread.leaveUser();
      }
      assertThat(target.pir()).as("PIR").isEqualTo(1L << VECTOR);
      assertThat(target.control()).as("control bits").isEqualTo(SN);
      target.setPir(0);
    }
    assertThat(thread.requests()).as("UIRR of the sender").isZero();
  }

  @Test
  @Covers("UINTR-SEND-002")
  void isUndefinedWithoutItsEnableBit(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    UserDescriptor target = quietTarget(thread);
    cpu.wrmsr(Msr.IA32_UINTR_TT, thread.targets().address());
    assertThat(cpu.attempt(SENDUIPI)).raises(Exceptions.UD);
    assertThat(target.pir()).as("PIR").isZero();
    // before the index is looked at
    assertThat(cpu.attempt(new Instruction.Senduipi(-1))).raises(Exceptions.UD);
  }

  @Test
  @Covers({"UINTR-SEND-003", "UINTR-MSR-005"})
  void indicesGoUpToTheSizeAndHave64Bits(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    UserDescriptor target = quietTarget(thread);
    for (int i = 0; i < 5; i++) {
      thread.targets().point(i, i, target);
    }
    for (int last = 0; last < 4; last++) {
      cpu.wrmsr(Msr.IA32_UINTR_MISC, new UserInterruptMisc(last, UserThread.UINV).raw());
      posts(thread, target, last, last);
      refused(thread, target, last + 1);
      for (int bit = 32; bit < Long.SIZE; bit++) {
        refused(thread, target, 1L << bit);
      }
      refused(thread, target, -1);
    }
  }

  @Test
  @Covers({"UINTR-SEND-004", "UINTR-SEND-009"})
  void entriesThatAreNotGoodAreRefused(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    UserDescriptor target = quietTarget(thread);
    long good = UserInterruptTarget.control(VECTOR);
    for (int bit = 0; bit < Long.SIZE; bit++) {
      boolean ofVector = 8 <= bit && bit < 14;
      if (!ofVector) {
        thread.targets().set(INDEX, good ^ 1L << bit, target.address());
        refused(thread, target, INDEX);
      }
    }
    for (int bit = 0; bit < 6; bit++) {
      thread.targets().set(INDEX, good, target.address() | 1L << bit);
      refused(thread, target, INDEX);
    }
    for (int bit = 57; bit < Long.SIZE; bit++) {
      thread.targets().set(INDEX, good, target.address() | 1L << bit);
      refused(thread, target, INDEX);
    }
    thread.targets().set(INDEX, good, target.address());
    posts(thread, target, INDEX, VECTOR);
  }

  @Test
  @Covers("UINTR-SEND-005")
  void descriptorsWithReservedBitsAreRefused(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    UserDescriptor target = quietTarget(thread);
    for (int bit = 2; bit < Integer.SIZE; bit++) {
      target.setControl(SN | 1L << bit);
      if (16 <= bit && bit < 24) {
        posts(thread, target, INDEX, VECTOR);
      } else {
        refused(thread, target, INDEX);
      }
    }
  }

  @Test
  @Covers("UINTR-SEND-006")
  void eachVectorHasItsBitAndOthersStay(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    UserDescriptor target = quietTarget(thread);
    for (int vector = 0; vector <= UserInterruptTarget.MAX_VECTOR; vector++) {
      thread.targets().point(INDEX, vector, target);
      posts(thread, target, INDEX, vector);
      target.setPir(~(1L << vector));
      cpu.run(SENDUIPI);
      assertThat(target.pir()).as("PIR").isEqualTo(-1);
      target.setPir(0);
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("UINTR-SEND-006")
  void notifiesIfNeitherOnNorSnIsSet(Machine machine) {
    Cpu receiver = machine.cpu(1);
    Counter notified = receiver.countInterrupts(NV);
    receiver.sti();
    UserThread thread = UserThread.on(machine.cpu(0));
    UserDescriptor target = quietTarget(thread);
    for (long state : new long[] {0, ON, SN, ON | SN}) {
      long control = thread.notifying(receiver, NV) | state;
      notified.clear();
      target.setPir(0);
      target.setControl(control);
      thread.cpu().run(SENDUIPI);
      machine.settle(() -> notified.count() > 0 || state != 0);
      machine.expectNothing();
      assertThat(notified).as("ON and SN %d", state).hasCount(state == 0 ? 1 : 0);
      assertThat(target.pir()).as("PIR").isEqualTo(1L << VECTOR);
      assertThat(target.control())
          .as("control bits")
          .isEqualTo(state == 0 ? control | ON : control);
    }
  }

  @InEachApicMode
  @OnMachine(processors = 3)
  @Covers("UINTR-SEND-010")
  void theNotificationGoesToTheProcessorOfTheDescriptor(Machine machine) {
    UserThread thread = UserThread.on(machine.cpu(0));
    UserDescriptor target = quietTarget(thread);
    for (Cpu receiver : machine.applicationProcessors()) {
      target.setControl(thread.notifying(receiver, NV));
      thread.cpu().run(SENDUIPI);
      machine.settle(() -> receiver.lapic().irr().contains(NV));
      machine.expectNothing();
      for (Cpu cpu : machine.cpus()) {
        assertThat(cpu.lapic()).requests(cpu == receiver ? new int[] {NV} : new int[0]);
      }
      assertThat(receiver.lapic()).hasTriggerMode(NV, false);
      receiver.sti();
      receiver.serve(NV);
      receiver.cli();
      assertThat(receiver.lapic()).isIdle().hasNoErrors();
      assertThat(thread.cpu().lapic()).isIdle().hasNoErrors();
    }
  }

  @Test
  @Sweep
  @OnMachine(processors = 2)
  @Covers("UINTR-SEND-010")
  void theNotificationHasTheVectorOfTheDescriptor(Machine machine, Cases cases) {
    Cpu receiver = machine.cpu(1);
    Counter notified = receiver.countInterrupts(0x20, 0xFE);
    receiver.sti();
    UserThread thread = UserThread.on(machine.cpu(0));
    UserDescriptor target = quietTarget(thread);
    cases.range(
        0x20,
        0xFE,
        vector -> {
          notified.clear();
          target.setControl(thread.notifying(receiver, vector));
          thread.cpu().run(SENDUIPI);
          machine.settle(() -> notified.count() > 0);
          assertThat(notified).hasVectors(vector);
        });
  }

  @Test
  @OnMachine(processors = 3)
  @Covers("UINTR-SEND-007")
  void noRequestOfTwoSendersIsLost(Machine machine) {
    Cpu receiver = machine.cpu(2);
    Counter notified = receiver.countInterrupts(NV);
    receiver.sti();
    List<UserThread> threads =
        List.of(UserThread.on(machine.cpu(0)), UserThread.on(machine.cpu(1)));
    UserDescriptor target = UserDescriptor.create(receiver);
    for (int round = 0; round < 8; round++) {
      notified.clear();
      target.setPir(0);
      target.setControl(threads.getFirst().notifying(receiver, NV));
      List<BlockRun> runs = new ArrayList<>();
      for (int i = 0; i < threads.size(); i++) {
        UserThread thread = threads.get(i);
        for (int index = 0; index <= UserThread.LAST_TARGET; index++) {
          thread.targets().point(index, 2 * index + i, target);
        }
        List<Instruction> sends = new ArrayList<>();
        for (int index = 0; index <= UserThread.LAST_TARGET; index++) {
          sends.addAll(Collections.nCopies(4, new Instruction.Senduipi(index)));
        }
        runs.add(thread.cpu().start(sends));
      }
      runs.forEach(BlockRun::values);
      machine.settle(() -> notified.count() > 0);
      machine.expectNothing();
      assertThat(notified).as("notifications while ON is 1").hasCount(1);
      assertThat(target.pir()).as("PIR").isEqualTo(0xFFFF);
    }
  }

  @InEachApicMode
  @Requires(stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
  @Covers("UINTR-SEND-012")
  void aThreadCanSendToItself(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    thread.targets().point(INDEX, VECTOR, thread.descriptor());
    cpu.sti();
    thread.enterUserReceiving();
    cpu.start(SENDUIPI);
    cpu.takeUserInterrupt(VECTOR);
    cpu.iret();
    thread.leaveUser();
    assertThat(thread.descriptor().control())
        .as("control bits")
        .isEqualTo(thread.notifying(cpu, UserThread.UINV));
  }

  @Test
  @Records
  @OnMachine(processors = 2)
  @Covers("UINTR-SEND-013")
  void illegalNotificationVectorsAreRecorded(Machine machine) {
    UserThread thread = UserThread.on(machine.cpu(0));
    UserDescriptor target = quietTarget(thread);
    target.setControl(thread.notifying(machine.cpu(1), ILLEGAL));
    thread.cpu().run(SENDUIPI);
    machine.expectNothing();
    machine.observe("ON of the descriptor", target.control() & ON);
    machine.observe("error status of the sender", thread.cpu().lapic().latchErrors());
    machine.observe("error status of the receiver", machine.cpu(1).lapic().latchErrors());
  }

  @InEachApicMode
  @Records
  @OnMachine(processors = 2)
  @Covers("UINTR-SEND-010")
  void theCommandRegisterBehindItIsRecorded(Machine machine) {
    Cpu receiver = machine.cpu(1);
    UserThread thread = UserThread.on(machine.cpu(0));
    UserDescriptor target = quietTarget(thread);
    target.setControl(thread.notifying(receiver, NV));
    thread.cpu().run(SENDUIPI);
    machine.observe(
        "interrupt command register",
        Integer.toHexString(thread.cpu().lapic().read(LapicRegister.ICR)));
    receiver.sti();
    receiver.serve(NV);
  }
}
