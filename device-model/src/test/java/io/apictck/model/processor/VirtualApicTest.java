package io.apictck.model.processor;

import static io.apictck.model.processor.VmxBench.assertExit;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.bus.Memory;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a processor asks its APIC virtualization. */
class VirtualApicTest {
  private static final Instruction NOP = new Instruction.Nop();
  private static final long VIRTUAL_APIC_PAGE = Memory.SCRATCH_BASE + 0xA000;
  private static final long DESCRIPTOR = Memory.SCRATCH_BASE + 0xB000;
  private static final long ACCESS_PAGE = Memory.SCRATCH_BASE + 0xC000;
  private static final long MSR_BITMAP = Memory.SCRATCH_BASE + 0xD000;
  private static final long ENABLED = Rflags.FIXED | Rflags.IF;
  private static final int NOTIFICATION = 0xF2;

  private final VmxBench vmx = VmxBench.ready();

  @BeforeEach
  void shadowTpr() {
    vmx.set(
        VmxControl.USE_TPR_SHADOW,
        VmxControl.USE_MSR_BITMAPS,
        VmxControl.ACTIVATE_SECONDARY_CONTROLS,
        VmxControl.EXTERNAL_INTERRUPT_EXITING);
    vmx.write(VmcsField.VIRTUAL_APIC_ADDRESS, VIRTUAL_APIC_PAGE);
    vmx.write(VmcsField.MSR_BITMAP, MSR_BITMAP);
  }

  private void deliver(int vector) {
    vmx.set(VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    vmx.write(VmcsField.GUEST_INTERRUPT_STATUS, vector);
    vmx.write(VmcsField.GUEST_RFLAGS, ENABLED);
  }

  private void virtualizeAccesses() {
    vmx.set(VmxControl.VIRTUALIZE_APIC_ACCESSES);
    vmx.write(VmcsField.APIC_ACCESS_ADDRESS, ACCESS_PAGE);
  }

  private static void assertTaken(List<Event> events, int vector, int index) {
    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            Event.InterruptTaken.class,
            taken -> {
              assertThat(taken.vector()).isEqualTo(vector);
              assertThat(taken.interrupted().index()).isEqualTo(index);
            });
  }

  @Test
  void virtualInterruptWakesHaltedGuest() {
    deliver(0x51);
    vmx.write(VmcsField.GUEST_ACTIVITY_STATE, 1);

    assertTaken(vmx.launch(), 0x51, 0);

    assertExit(vmx.run(new Instruction.Vmcall()), ExitReason.VMCALL);
    assertThat(vmx.read(VmcsField.GUEST_INTERRUPT_STATUS)).isEqualTo(0x5100);
  }

  @Test
  void loweringTprDeliversBehindTheInstruction() {
    deliver(0x51);
    vmx.run(new Instruction.Store(VIRTUAL_APIC_PAGE + 0x80, 4, 0x60));

    assertThat(vmx.launch()).isEmpty();
    assertTaken(vmx.run(new Instruction.MovToCr8(4), NOP), 0x51, 1);
  }

  @Test
  void interruptWindowComesInsteadOfVirtualInterrupt() {
    deliver(0x51);
    vmx.set(VmxControl.INTERRUPT_WINDOW_EXITING);

    assertExit(vmx.launch(), ExitReason.INTERRUPT_WINDOW);
    assertThat(vmx.read(VmcsField.GUEST_INTERRUPT_STATUS)).isEqualTo(0x51);
  }

  @Test
  void virtualInterruptComesBeforeExternalOne() {
    deliver(0x51);
    vmx.run(Bench.selfIpi(0x41));

    List<Event> events = vmx.launch();

    assertThat(events.getFirst()).isInstanceOf(Event.InterruptTaken.class);
    assertExit(events, ExitReason.EXTERNAL_INTERRUPT);
  }

  @Test
  void notificationPostsWithoutAnExit() {
    deliver(0);
    vmx.write(VmcsField.GUEST_RFLAGS, Rflags.FIXED);
    vmx.set(VmxControl.PROCESS_POSTED_INTERRUPTS, VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
    vmx.write(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, NOTIFICATION);
    vmx.write(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, DESCRIPTOR);
    vmx.run(new Instruction.Store(DESCRIPTOR + 8, 4, 2));
    vmx.launch();

    assertThat(vmx.interrupt(NOTIFICATION)).isEmpty();
    assertThat(vmx.bench().chipset().ended).isEqualTo(1);
    assertTaken(vmx.run(new Instruction.Sti(), NOP, NOP), 0x41, 2);
    assertExit(vmx.interrupt(0x42), ExitReason.EXTERNAL_INTERRUPT);
    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_INFORMATION)).isEqualTo(0x8000_0042L);
  }

  @Test
  void thresholdExitsAtEntryAndBehindCr8() {
    virtualizeAccesses();
    vmx.write(VmcsField.TPR_THRESHOLD, 5);
    assertExit(vmx.launch(), ExitReason.TPR_BELOW_THRESHOLD);
    vmx.run(new Instruction.Store(VIRTUAL_APIC_PAGE + 0x80, 4, 0x50));
    assertThat(vmx.resume()).isEmpty();

    List<Event> events = vmx.run(new Instruction.MovToCr8(4), NOP);

    assertExit(events, ExitReason.TPR_BELOW_THRESHOLD);
    assertThat(((Event.VmExited) events.getLast()).interrupted().index()).isEqualTo(1);
  }

  @Test
  void accessesExitOrAreVirtualized() {
    virtualizeAccesses();
    vmx.launch();
    assertThat(
            vmx.bench()
                .values(
                    new Instruction.Store(ACCESS_PAGE + 0x80, 4, 0xFFFF_FF45L),
                    new Instruction.Load(ACCESS_PAGE + 0x80, 4)))
        .containsExactly(0x45);

    List<Event> events = vmx.run(NOP, new Instruction.Load(ACCESS_PAGE + 0x20, 4));

    assertExit(events, ExitReason.APIC_ACCESS);
    assertThat(((Event.VmExited) events.getLast()).interrupted().index()).isEqualTo(1);
    assertThat(vmx.read(VmcsField.EXIT_QUALIFICATION)).isEqualTo(0x20);
  }

  @Test
  void copyStopsWhereItRunsIntoThePage() {
    virtualizeAccesses();
    vmx.launch();

    assertExit(
        vmx.run(new Instruction.RepMovsb(ACCESS_PAGE - 8, Memory.SCRATCH_BASE + 0xF000, 16)),
        ExitReason.APIC_ACCESS);

    assertThat(vmx.read(VmcsField.EXIT_QUALIFICATION)).isEqualTo(0x1000);
  }

  @Test
  void stackInTheAccessPageExitsDuringDelivery() {
    virtualizeAccesses();
    vmx.write(VmcsField.GUEST_RSP, ACCESS_PAGE + 0x800);
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0x8000_0202L);

    assertExit(vmx.launch(), ExitReason.APIC_ACCESS);

    assertThat(vmx.read(VmcsField.EXIT_QUALIFICATION)).isEqualTo(0x37F8);
    assertThat(vmx.read(VmcsField.IDT_VECTORING_INFORMATION)).isEqualTo(0x8000_0202L);
  }

  @Test
  void msrsAreVirtualized() {
    deliver(0);
    vmx.set(VmxControl.VIRTUALIZE_X2APIC_MODE);
    vmx.launch();
    assertThat(vmx.bench().values(new Instruction.Wrmsr(0x808, 0x30), new Instruction.Rdmsr(0x808)))
        .containsExactly(0x30, 0);
    assertThat(vmx.run(new Instruction.Wrmsr(0x808, 0x100)))
        .singleElement()
        .isInstanceOf(Event.Faulted.class);

    assertExit(vmx.run(new Instruction.Wrmsr(0x83F, 5)), ExitReason.APIC_WRITE);

    assertThat(vmx.resume()).singleElement().isInstanceOf(Event.Completed.class);
  }
}
