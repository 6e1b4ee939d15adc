package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.PageFaultCode;
import io.apictck.arch.PagingEntry;
import io.apictck.arch.uintr.UserInterruptFrame;
import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.arch.vmx.EptEntry;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.Machine;
import io.apictck.machine.VmExit;
import io.apictck.machine.uintr.UserDescriptor;
import io.apictck.machine.vmx.Ept;
import io.apictck.machine.vmx.GuestPaging;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import org.junit.jupiter.api.Test;

/**
 * Accesses of user interrupts that fault, in a guest with paging structures of its own (Intel SDM
 * Vol. 3A, "User Interrupts"; Vol. 2, "SENDUIPI").
 */
@Conformance
@Requires(
    value = {Feature.VMX, Feature.USER_INTERRUPTS},
    stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
final class PageFaultTests {
  private static final int VECTOR = 19;
  private static final long REQUEST = 1L << VECTOR;
  private static final int UINV = UserThread.UINV;
  private static final Instruction SEND = new Instruction.Senduipi(0);
  private static final Instruction STUI = new Instruction.Stui();
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction TESTUI = new Instruction.Testui();

  /** An address beyond the 48 bits of four levels, and within the 57 of five. */
  private static final long HIGH = 1L << 48;

  private static final int OF_WRITE =
      PageFaultCode.PRESENT | PageFaultCode.WRITE | PageFaultCode.USER;

  /** A guest whose thread has a target that takes requests without notifications. */
  private static PagedThread sender(Cpu cpu) {
    PagedThread paged = PagedThread.of(cpu, Exceptions.PF, Exceptions.GP);
    UserThread thread = paged.thread();
    thread.targets().point(0, VECTOR, thread.descriptor());
    thread.descriptor().setControl(UserPostedInterruptDescriptor.SN);
    return paged;
  }

  // SENDUIPI

  @Test
  @Covers({"UINTR-SEND-008", "UINTR-SEND-001"})
  void userCodeSendsByPagesOfTheSupervisor(Cpu cpu) {
    PagedThread paged = sender(cpu);
    UserThread thread = paged.thread();
    paged.map(thread.targets().address(), PagedThread.SUPERVISOR);
    paged.map(thread.descriptor().address(), PagedThread.SUPERVISOR);
    paged.enterUser();
    VmExit exit =
        paged.exits(new Instruction.Load(thread.descriptor().address(), 8), Exceptions.PF);
    assertThat(exit.interruptionErrorCode())
        .as("error code of an access of the user")
        .isEqualTo(PageFaultCode.PRESENT | PageFaultCode.USER);
    paged.vcpu().enter();
    paged.vcpu().guest().run(SEND);
    paged.vcpu().leave();
    assertThat(thread.descriptor().pir()).as("PIR").isEqualTo(REQUEST);
    paged.leaveUser();
  }

  @Test
  @Covers("UINTR-SEND-008")
  void aTargetTableThatIsNotPresentFaults(Cpu cpu) {
    PagedThread paged = sender(cpu);
    UserThread thread = paged.thread();
    for (boolean user : new boolean[] {false, true}) {
      if (user) {
        paged.enterUser();
      }
      paged.map(thread.targets().address(), 0);
      VmExit exit = paged.exits(SEND, Exceptions.PF);
      assertThat(exit).hasQualification(thread.targets().address());
      assertThat(exit.interruptionErrorCode()).as("error code").isZero();
      assertThat(thread.descriptor().pir()).as("PIR").isZero();
    }
    paged.leaveUser();
  }

  @Test
  @Covers("UINTR-SEND-008")
  void aDescriptorThatCannotBeWrittenFaults(Cpu cpu) {
    PagedThread paged = sender(cpu);
    UserDescriptor descriptor = paged.thread().descriptor();
    paged.enterUser();
    for (long rights : new long[] {0, PagedThread.READ_ONLY}) {
      paged.map(descriptor.address(), rights);
      VmExit exit = paged.exits(SEND, Exceptions.PF);
      assertThat(exit).hasQualification(descriptor.address());
      assertThat(exit.interruptionErrorCode() & (PageFaultCode.PRESENT | PageFaultCode.USER))
          .as("P and U/S of the error code with rights %x", rights)
          .isEqualTo((int) (rights & PagingEntry.PRESENT));
      assertThat(descriptor.pir()).as("PIR").isZero();
      assertThat(descriptor.control()).as("control").isEqualTo(UserPostedInterruptDescriptor.SN);
    }
    paged.map(descriptor.address(), PagedThread.SUPERVISOR);
    paged.vcpu().enter();
    paged.vcpu().guest().run(SEND);
    paged.vcpu().leave();
    assertThat(descriptor.pir()).as("PIR after the page is there").isEqualTo(REQUEST);
    paged.leaveUser();
  }

  @Test
  @Requires(Feature.FIVE_LEVEL_PAGING)
  @Covers("UINTR-SEND-009")
  void theDescriptorMayHaveAnyAddressThatIsCanonicalInThePagingMode(Cpu cpu) {
    PagedThread paged = sender(cpu);
    UserThread thread = paged.thread();
    UserDescriptor high = new UserDescriptor(cpu, thread.descriptor().address() | HIGH);
    thread.targets().point(0, VECTOR, high);
    assertThat(paged.exits(SEND, Exceptions.GP).interruptionErrorCode()).as("error code").isZero();
    assertThat(thread.descriptor().pir()).as("PIR").isZero();
    paged.use(GuestPaging.ofFiveLevels(cpu), true);
    paged.vcpu().enter();
    paged.vcpu().guest().run(SEND);
    paged.vcpu().leave();
    assertThat(thread.descriptor().pir()).as("PIR with five levels").isEqualTo(REQUEST);
  }

  // Notifications

  @Test
  @Covers({"UINTR-NOT-006", "UINTR-VMX-007"})
  void aNotificationWhoseDescriptorCannotBeWrittenFaults(Machine machine, Cpu cpu) {
    PagedThread paged = PagedThread.of(cpu, Exceptions.PF);
    UserThread thread = paged.thread();
    UserDescriptor descriptor = thread.descriptor();
    for (boolean user : new boolean[] {false, true}) {
      if (user) {
        paged.enterUser();
      }
      for (long rights : new long[] {0, PagedThread.READ_ONLY}) {
        descriptor.setPir(REQUEST);
        paged.map(descriptor.address(), rights);
        long rip = paged.vcpu().read(VmcsField.GUEST_RIP);
        cpu.lapic().sendSelfIpi(UINV);
        paged.vcpu().enter();
        VmExit exit = paged.vcpu().exit();
        PagedThread.verify(exit, Exceptions.PF);
        assertThat(exit)
            .hasQualification(descriptor.address())
            .hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, UINV);
        assertThat(exit.interruptionErrorCode() & (PageFaultCode.PRESENT | PageFaultCode.USER))
            .as("P and U/S of the error code with rights %x", rights)
            .isEqualTo((int) (rights & PagingEntry.PRESENT));
        assertThat(paged.vcpu().read(VmcsField.GUEST_RIP)).as("guest RIP").isEqualTo(rip);
        assertThat(cpu.lapic()).isIdle();
        assertThat(thread.requests()).as("UIRR").isZero();
        assertThat(descriptor.pir()).as("PIR").isEqualTo(REQUEST);

        paged.map(descriptor.address(), PagedThread.SUPERVISOR);
        cpu.lapic().sendSelfIpi(UINV);
        paged.vcpu().enter();
        machine.expectNothing();
        paged.vcpu().leave();
        assertThat(thread.requests()).as("UIRR after another notification").isEqualTo(REQUEST);
        thread.request(0);
      }
    }
    paged.leaveUser();
  }

  @Test
  @Requires(Feature.EPT)
  @Covers({"UINTR-VMX-007", "UINTR-NOT-006"})
  void aNotificationWhoseDescriptorEptDoesNotMapExits(Cpu cpu) {
    PagedThread paged = PagedThread.of(cpu);
    UserThread thread = paged.thread();
    long address = thread.descriptor().address();
    thread.descriptor().setPir(REQUEST);
    for (long rights : new long[] {0, EptEntry.READ | EptEntry.EXECUTE}) {
      Ept ept = Ept.identity(cpu);
      ept.map(address, address, rights);
      ept.enable(paged.vcpu());
      cpu.lapic().sendSelfIpi(UINV);
      paged.vcpu().enter();
      assertThat(paged.vcpu().exit())
          .hasReason(ExitReason.EPT_VIOLATION)
          .hasNoInterruption()
          .hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, UINV);
      assertThat(paged.vcpu().read(VmcsField.GUEST_PHYSICAL_ADDRESS))
          .as("guest-physical address")
          .isEqualTo(address);
      assertThat(cpu.lapic()).isIdle();
      assertThat(thread.requests()).as("UIRR").isZero();
      assertThat(thread.descriptor().pir()).as("PIR").isEqualTo(REQUEST);
    }
  }

  // Delivery

  @Test
  @Covers("UINTR-DEL-009")
  void aStackThatUserCodeCannotWriteFaults(Cpu cpu) {
    PagedThread paged = PagedThread.of(cpu, Exceptions.PF);
    UserThread thread = paged.thread();
    long stack = cpu.machine().newPage();
    long top = stack + 0x800;
    cpu.wrmsr(Msr.IA32_UINTR_STACKADJUST, top | 1);
    for (long rights : new long[] {0, PagedThread.SUPERVISOR, PagedThread.READ_ONLY}) {
      paged.map(stack, rights);
      paged.enterUser();
      thread.request(REQUEST);
      paged.vcpu().enter();
      BlockRun run = paged.vcpu().guest().start(STUI, NOP, TESTUI);
      VmExit exit = paged.vcpu().exit();
      PagedThread.verify(exit, Exceptions.PF);
      assertThat(exit).hasNoIdtVectoring();
      assertThat(exit.qualification())
          .as("address of the page fault")
          .isBetween(top - UserInterruptFrame.SIZE, top - 1);
      assertThat(exit.interruptionErrorCode())
          .as("error code with rights %x", rights)
          .isEqualTo(rights == 0 ? OF_WRITE & ~PageFaultCode.PRESENT : OF_WRITE);
      assertThat(thread.requests()).as("UIRR").isEqualTo(REQUEST);
      long rsp = paged.vcpu().read(VmcsField.GUEST_RSP);

      paged.map(stack, PagedThread.OPEN);
      paged.vcpu().enter();
      InterruptFrame taken = paged.vcpu().guest().takeUserInterrupt(VECTOR);
      assertThat(taken).interruptedAt(run, 1);
      Frame frame = Frame.of(taken);
      assertThat(frame.rsp()).as("RSP in the frame").isEqualTo(rsp);
      assertThat(frame.address())
          .as("address of the frame")
          .isEqualTo(top - UserInterruptFrame.SIZE);
      paged.vcpu().guest().iret();
      assertThat(run.values()[0] & 1).as("UIF behind the handler").isOne();
      paged.vcpu().guest().run(new Instruction.Clui(), new Instruction.LeaveUser());
      paged.vcpu().leave();
    }
  }

  @Test
  @Requires(Feature.EPT)
  @Covers("UINTR-DEL-009")
  void aStackThatEptDoesNotMapExits(Cpu cpu) {
    PagedThread paged = PagedThread.of(cpu);
    UserThread thread = paged.thread();
    long stack = cpu.machine().newPage();
    cpu.wrmsr(Msr.IA32_UINTR_STACKADJUST, (stack + 0x800) | 1);
    paged.enterUser(STUI);
    thread.request(REQUEST);
    Ept ept = Ept.identity(cpu);
    ept.map(stack, stack, 0);
    ept.enable(paged.vcpu());
    paged.vcpu().enter();
    assertThat(paged.vcpu().exit())
        .hasReason(ExitReason.EPT_VIOLATION)
        .hasNoInterruption()
        .hasNoIdtVectoring();
    assertThat(thread.requests()).as("UIRR").isEqualTo(REQUEST);
    Ept.identity(cpu).enable(paged.vcpu());
    paged.vcpu().enter();
    paged.vcpu().guest().takeUserInterrupt(VECTOR);
    paged.vcpu().guest().iret();
    paged.vcpu().guest().run(new Instruction.LeaveUser());
    paged.vcpu().leave();
  }

  @Test
  @Requires(Feature.FIVE_LEVEL_PAGING)
  @Covers("UINTR-DEL-008")
  void aHandlerBeyondTheAddressesOfThePagingModeFaults(Cpu cpu) {
    PagedThread paged = PagedThread.of(cpu, Exceptions.GP);
    UserThread thread = paged.thread();
    cpu.wrmsr(Msr.IA32_UINTR_HANDLER, cpu.machine().userInterruptHandler() | HIGH);
    paged.enterUser();
    thread.request(REQUEST);
    paged.vcpu().enter();
    BlockRun run = paged.vcpu().guest().start(STUI, NOP, TESTUI);
    VmExit exit = paged.vcpu().exit();
    PagedThread.verify(exit, Exceptions.GP);
    assertThat(exit).hasNoIdtVectoring();
    assertThat(exit.interruptionErrorCode()).as("error code").isZero();
    assertThat(thread.requests()).as("UIRR").isEqualTo(REQUEST);
    long rsp = paged.vcpu().read(VmcsField.GUEST_RSP);

    cpu.wrmsr(Msr.IA32_UINTR_HANDLER, cpu.machine().userInterruptHandler());
    paged.vcpu().enter();
    InterruptFrame taken = paged.vcpu().guest().takeUserInterrupt(VECTOR);
    assertThat(taken).interruptedAt(run, 1);
    assertThat(Frame.of(taken).rsp()).as("RSP in the frame").isEqualTo(rsp);
    paged.vcpu().guest().iret();
    assertThat(run.values()[0] & 1).as("UIF behind the handler").isOne();
    paged.vcpu().guest().run(new Instruction.LeaveUser());
    paged.vcpu().leave();
  }
}
