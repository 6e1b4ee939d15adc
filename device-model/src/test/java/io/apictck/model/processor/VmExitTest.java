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
import io.apictck.platform.Place;
import java.util.List;
import org.junit.jupiter.api.Test;

/** VM exits: interrupts, NMIs, windows, HLT, INIT and SIPI, instructions. */
class VmExitTest {
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction HLT = new Instruction.Hlt();
  private static final Instruction STI = new Instruction.Sti();
  private static final Instruction VMCALL = new Instruction.Vmcall();
  private static final Instruction IRET = new Instruction.Iret();
  private static final Instruction NMI = Bench.send(FakeChipset.NMI, 0, 0);
  private static final Instruction INIT = Bench.send(FakeChipset.INIT, 0, 0);
  private static final long ENABLED = Rflags.FIXED | Rflags.IF;

  private final VmxBench vmx = VmxBench.ready();

  @Test
  void interruptWithoutExitingGoesThroughTheGuestIdt() {
    vmx.write(VmcsField.GUEST_RFLAGS, ENABLED);
    vmx.launch();

    assertThat(vmx.interrupt(0x41))
        .containsExactly(
            new Event.InterruptTaken(0, 0x41, Event.Kind.EXTERNAL, Place.IDLE, ENABLED));
  }

  @Test
  void interruptExitsWithoutAcknowledging() {
    vmx.set(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    vmx.launch();

    assertExit(vmx.interrupt(0x41), ExitReason.EXTERNAL_INTERRUPT);

    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_INFORMATION)).isZero();
    assertThat(vmx.bench().values(new Instruction.Pushf())).containsExactly(Rflags.FIXED);
    assertThat(vmx.bench().chipset().interruptRequested(0)).isTrue();
    assertThat(vmx.run(STI, NOP, NOP)).first().isInstanceOf(Event.InterruptTaken.class);
  }

  @Test
  void interruptExitsAndIsAcknowledged() {
    vmx.set(VmxControl.EXTERNAL_INTERRUPT_EXITING, VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
    vmx.launch();

    assertExit(vmx.interrupt(0x41), ExitReason.EXTERNAL_INTERRUPT);

    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_INFORMATION)).isEqualTo(0x8000_0041L);
    assertThat(vmx.bench().chipset().interruptRequested(0)).isFalse();
  }

  @Test
  void pendingInterruptExitsBeforeTheFirstInstruction() {
    vmx.set(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    vmx.write(VmcsField.GUEST_ACTIVITY_STATE, 1);
    long rip = vmx.read(VmcsField.GUEST_RIP);
    vmx.run(Bench.selfIpi(0x41));

    assertExit(vmx.launch(), ExitReason.EXTERNAL_INTERRUPT);

    assertThat(vmx.read(VmcsField.GUEST_RIP)).isEqualTo(rip);
    assertThat(vmx.read(VmcsField.GUEST_ACTIVITY_STATE)).isEqualTo(1);
  }

  @Test
  void haltedGuestIsSavedBehindHlt() {
    vmx.set(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    vmx.launch();
    vmx.run(HLT, VMCALL);

    List<Event> events = vmx.interrupt(0x41);

    assertExit(events, ExitReason.EXTERNAL_INTERRUPT);
    assertThat(((Event.VmExited) events.getLast()).interrupted().index()).isEqualTo(1);
    assertThat(vmx.read(VmcsField.GUEST_ACTIVITY_STATE)).isEqualTo(1);
    vmx.clear(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    vmx.write(VmcsField.GUEST_ACTIVITY_STATE, 0);
    assertExit(vmx.resume(), ExitReason.VMCALL);
  }

  @Test
  void hltExits() {
    vmx.set(VmxControl.HLT_EXITING);
    vmx.launch();

    List<Event> events = vmx.run(NOP, HLT);

    assertExit(events, ExitReason.HLT);
    assertThat(((Event.VmExited) events.getLast()).interrupted().index()).isEqualTo(1);
    assertThat(vmx.read(VmcsField.EXIT_INSTRUCTION_LENGTH)).isEqualTo(1);
    assertThat(vmx.read(VmcsField.GUEST_ACTIVITY_STATE)).isZero();
  }

  @Test
  void nmiExitsAndBlocksNmiInTheHost() {
    vmx.set(VmxControl.NMI_EXITING);
    vmx.launch();

    assertExit(vmx.run(NMI, NOP), ExitReason.EXCEPTION_OR_NMI);

    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_INFORMATION)).isEqualTo(0x8000_0202L);
    assertThat(vmx.run(NMI, NOP)).singleElement().isInstanceOf(Event.Completed.class);
    assertThat(vmx.run(new Instruction.Int(0x50))).isNotEmpty();
    assertThat(vmx.run(IRET)).anyMatch(Event.InterruptTaken.class::isInstance);
  }

  @Test
  void injectedNmiBlocksVirtualNmis() {
    vmx.set(VmxControl.NMI_EXITING, VmxControl.VIRTUAL_NMIS);
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0x8000_0202L);
    assertThat(vmx.launch()).singleElement().isInstanceOf(Event.InterruptTaken.class);

    assertExit(vmx.run(NOP, VMCALL), ExitReason.VMCALL);
    assertThat(vmx.read(VmcsField.GUEST_INTERRUPTIBILITY_STATE)).isEqualTo(8);
    vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + 3);
    vmx.resume();
    assertExit(vmx.run(NMI, NOP), ExitReason.EXCEPTION_OR_NMI);
    assertThat(vmx.read(VmcsField.GUEST_INTERRUPTIBILITY_STATE)).isEqualTo(8);
    vmx.resume();
    vmx.run(IRET);
    assertExit(vmx.run(VMCALL), ExitReason.VMCALL);
    assertThat(vmx.read(VmcsField.GUEST_INTERRUPTIBILITY_STATE)).isZero();
  }

  @Test
  void faultOfIretReportsUnblocking() {
    vmx.set(VmxControl.NMI_EXITING, VmxControl.VIRTUAL_NMIS);
    vmx.write(VmcsField.GUEST_INTERRUPTIBILITY_STATE, 8);
    vmx.write(VmcsField.EXCEPTION_BITMAP, 1 << 13);
    vmx.launch();

    assertExit(vmx.run(new Instruction.IretToBadSelector()), ExitReason.EXCEPTION_OR_NMI);

    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_INFORMATION)).isEqualTo(0x8000_1B0DL);
    assertThat(vmx.read(VmcsField.GUEST_INTERRUPTIBILITY_STATE)).isZero();
  }

  @Test
  void interruptWindowExitsAgainAndAgain() {
    vmx.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    vmx.write(VmcsField.GUEST_RFLAGS, ENABLED);
    long rip = vmx.read(VmcsField.GUEST_RIP);

    assertExit(vmx.launch(), ExitReason.INTERRUPT_WINDOW);
    assertThat(vmx.read(VmcsField.GUEST_RIP)).isEqualTo(rip);
    assertExit(vmx.resume(), ExitReason.INTERRUPT_WINDOW);
  }

  @Test
  void stiDelaysTheInterruptWindow() {
    vmx.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    vmx.launch();

    List<Event> events = vmx.run(STI, STI, NOP);

    assertExit(events, ExitReason.INTERRUPT_WINDOW);
    assertThat(((Event.VmExited) events.getLast()).interrupted().index()).isEqualTo(2);
  }

  @Test
  void nmiWindowComesBeforeInterruptWindow() {
    vmx.set(
        VmxControl.NMI_EXITING,
        VmxControl.VIRTUAL_NMIS,
        VmxControl.NMI_WINDOW_EXITING,
        VmxControl.INTERRUPT_WINDOW_EXITING);
    vmx.write(VmcsField.GUEST_RFLAGS, ENABLED);

    assertExit(vmx.launch(), ExitReason.NMI_WINDOW);
  }

  @Test
  void nmiWindowWakesShutDownGuest() {
    vmx.set(VmxControl.NMI_EXITING, VmxControl.VIRTUAL_NMIS, VmxControl.NMI_WINDOW_EXITING);
    vmx.write(VmcsField.GUEST_ACTIVITY_STATE, 2);

    assertExit(vmx.launch(), ExitReason.NMI_WINDOW);
    assertThat(vmx.read(VmcsField.GUEST_ACTIVITY_STATE)).isEqualTo(2);
  }

  @Test
  void initWaitsInRootAndExitsInTheGuest() {
    assertThat(vmx.run(INIT, NOP)).singleElement().isInstanceOf(Event.Completed.class);

    assertExit(vmx.launch(), ExitReason.INIT_SIGNAL);

    assertThat(vmx.run(new Instruction.Vmxoff(), NOP))
        .singleElement()
        .isInstanceOf(Event.Completed.class);
  }

  @Test
  void initThatWaitsComesAtVmxoff() {
    vmx.run(INIT, NOP);

    assertThat(vmx.run(new Instruction.Vmxoff(), NOP))
        .anyMatch(Event.ProcessorReset.class::isInstance);
  }

  @Test
  void startUpIpiExitsInWaitForSipi() {
    vmx.bench().start(1);
    vmx.write(VmcsField.GUEST_ACTIVITY_STATE, 3);
    vmx.launch();
    assertThat(vmx.bench().run(1, INIT, NMI)).noneMatch(Event.VmExited.class::isInstance);

    List<Event> events = vmx.bench().run(1, Bench.send(FakeChipset.STARTUP, 0, 0x9A));

    assertThat(events).anyMatch(Event.VmExited.class::isInstance);
    assertThat(vmx.bench().values(new Instruction.Vmread(0x6400))).endsWith(0x9AL);
  }

  @Test
  void monitorTrapExitsAfterOneInstruction() {
    vmx.launch();
    vmx.run(VMCALL, NOP, NOP);
    vmx.set(VmxControl.MONITOR_TRAP_FLAG);
    vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + 3);

    List<Event> events = vmx.resume();

    assertExit(events, ExitReason.MONITOR_TRAP_FLAG);
    assertThat(((Event.VmExited) events.getLast()).interrupted().index()).isEqualTo(2);
  }

  @Test
  void exceptionsExitByTheirBitmap() {
    vmx.launch();
    assertThat(vmx.run(new Instruction.Ud2())).singleElement().isInstanceOf(Event.Faulted.class);
    vmx.run(VMCALL);
    vmx.write(VmcsField.EXCEPTION_BITMAP, 1 << 6 | 1 << 3);
    vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + 3);
    vmx.resume();

    assertExit(vmx.run(new Instruction.Ud2()), ExitReason.EXCEPTION_OR_NMI);
    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_INFORMATION)).isEqualTo(0x8000_0306L);
    vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + 2);
    vmx.resume();
    assertExit(vmx.run(new Instruction.Int3()), ExitReason.EXCEPTION_OR_NMI);
    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_INFORMATION)).isEqualTo(0x8000_0603L);
    assertThat(vmx.read(VmcsField.EXIT_INSTRUCTION_LENGTH)).isEqualTo(1);
  }

  @Test
  void msrBitmapSaysWhatExits() {
    long bitmap = Memory.SCRATCH_BASE + 0x9000;
    vmx.set(VmxControl.USE_MSR_BITMAPS);
    vmx.write(VmcsField.MSR_BITMAP, bitmap);
    vmx.run(new Instruction.Store(bitmap + 0x800 + (0x3B >> 3), 1, 1 << (0x3B & 7)));
    vmx.launch();

    assertThat(vmx.run(new Instruction.Rdmsr(0x3B)))
        .singleElement()
        .isInstanceOf(Event.Completed.class);
    assertExit(vmx.run(new Instruction.Wrmsr(0x3B, 0)), ExitReason.WRMSR);
    assertExit(vmx.resume(), ExitReason.WRMSR);
    vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + 2);
    vmx.resume();
    assertExit(vmx.run(new Instruction.Rdmsr(0x2000)), ExitReason.RDMSR);
  }

  @Test
  void instructionsExit() {
    vmx.set(
        VmxControl.CR8_LOAD_EXITING,
        VmxControl.CR8_STORE_EXITING,
        VmxControl.RDTSC_EXITING,
        VmxControl.PAUSE_EXITING,
        VmxControl.MWAIT_EXITING,
        VmxControl.UNCONDITIONAL_IO_EXITING);
    vmx.launch();
    assertStep(new Instruction.MovToCr8(0xFF), ExitReason.CR_ACCESS, 8);
    assertStep(new Instruction.MovFromCr8(), ExitReason.CR_ACCESS, 0x18);
    assertStep(new Instruction.Rdtsc(), ExitReason.RDTSC, 0);
    assertStep(new Instruction.Pause(), ExitReason.PAUSE, 0);
    assertStep(new Instruction.Mwait(0), ExitReason.MWAIT, 0);
    assertStep(new Instruction.Cpuid(0, 0), ExitReason.CPUID, 0);
    assertStep(new Instruction.In(0x71, 1), ExitReason.IO_INSTRUCTION, 0x0071_0008);
    assertStep(new Instruction.Vmread(0), ExitReason.VMREAD, 0);
    assertStep(new Instruction.Rdmsr(0x10), ExitReason.RDMSR, 0);
  }

  private void assertStep(Instruction instruction, ExitReason reason, long qualification) {
    assertExit(vmx.run(instruction), reason);
    assertThat(vmx.read(VmcsField.EXIT_QUALIFICATION)).isEqualTo(qualification);
    long length = vmx.read(VmcsField.EXIT_INSTRUCTION_LENGTH);
    vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + length);
    assertThat(vmx.resume())
        .singleElement()
        .isInstanceOfSatisfying(
            Event.Completed.class,
            completed -> assertThat(completed.values()).hasSize(instruction.values()));
  }

  @Test
  void timeStampCounterHasAnOffset() {
    vmx.set(VmxControl.USE_TSC_OFFSETTING);
    vmx.write(VmcsField.TSC_OFFSET, 1L << 40);
    vmx.launch();

    assertThat(vmx.bench().values(new Instruction.Rdtsc())[0]).isGreaterThan(1L << 40);
  }

  @Test
  void guestsHaveContextsOfTheirOwn() {
    vmx.launch();
    vmx.run(NOP, VMCALL, NOP);
    vmx.load(VmxBench.OTHER_VMCS, 1);
    vmx.launch();
    assertExit(vmx.run(VMCALL), ExitReason.VMCALL);
    vmx.bench().values(new Instruction.Vmptrld(VmxBench.VMCS));
    vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + 3);

    assertThat(vmx.resume()).singleElement().isInstanceOf(Event.Completed.class);
  }
}
