package io.apictck.model.processor;

import static io.apictck.arch.vmx.VirtualApicPage.VTPR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.bus.Memory;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** VM entry: its checks, injection, and where a guest goes on. */
class VmEntryTest {
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction VMCALL = new Instruction.Vmcall();

  /** Zeros. */
  private static final long EMPTY_TABLE = Memory.SCRATCH_BASE + 0x1_0000;

  private final VmxBench vmx = VmxBench.ready();

  @Test
  void launchEndsItsBlock() {
    assertThat(vmx.bench().run(0, NOP, new Instruction.Vmlaunch()))
        .singleElement()
        .isInstanceOf(Event.VmEntered.class);
    assertThat(vmx.run(NOP)).singleElement().isInstanceOf(Event.Completed.class);
  }

  @Test
  void launchStateIsKept() {
    vmx.launch();
    vmx.run(VMCALL);

    assertThat(vmx.errorOfLaunch()).isEqualTo(4);
    VmxBench.assertExit(vmx.resume(), ExitReason.VMCALL);
  }

  @Test
  void whatChangedSinceTheLastEntryIsChecked() {
    vmx.launch();
    vmx.run(VMCALL);

    long selector = vmx.read(VmcsField.HOST_CS_SELECTOR);
    vmx.write(VmcsField.HOST_CS_SELECTOR, 0);
    assertThat(vmx.errorOfResume()).isEqualTo(8);
    assertThat(vmx.errorOfResume()).isEqualTo(8);
    vmx.write(VmcsField.HOST_CS_SELECTOR, selector);
    VmxBench.assertExit(vmx.resume(), ExitReason.VMCALL);

    vmx.write(VmcsField.CR3_TARGET_COUNT, 5);
    assertThat(vmx.errorOfResume()).isEqualTo(7);
    vmx.write(VmcsField.CR3_TARGET_COUNT, 4);
    VmxBench.assertExit(vmx.resume(), ExitReason.VMCALL);
  }

  @Test
  void vtprIsCheckedAtEachEntry() {
    long page = Memory.SCRATCH_BASE + 0x8000;
    vmx.set(VmxControl.USE_TPR_SHADOW);
    vmx.write(VmcsField.VIRTUAL_APIC_ADDRESS, page);
    vmx.write(VmcsField.TPR_THRESHOLD, 5);
    vmx.bench().values(new Instruction.Store(page + VTPR, 4, 0x50));
    vmx.launch();
    vmx.run(VMCALL);

    vmx.bench().values(new Instruction.Store(page + VTPR, 4, 0x40));
    assertThat(vmx.errorOfResume()).isEqualTo(7);
    vmx.bench().values(new Instruction.Store(page + VTPR, 4, 0x60));
    VmxBench.assertExit(vmx.resume(), ExitReason.VMCALL);
  }

  @Test
  void guestGoesOnBehindTheInstruction() {
    vmx.launch();
    VmxBench.assertExit(vmx.run(NOP, VMCALL, new Instruction.Pushf()), ExitReason.VMCALL);
    assertThat(vmx.read(VmcsField.EXIT_INSTRUCTION_LENGTH)).isEqualTo(3);
    vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + 3);

    assertThat(vmx.resume())
        .singleElement()
        .isInstanceOfSatisfying(
            Event.Completed.class,
            completed -> assertThat(completed.values()).containsExactly(0, Rflags.FIXED));
  }

  @Test
  void lastInstructionThatIsSkippedEndsTheBlock() {
    vmx.launch();
    vmx.run(VMCALL);
    vmx.write(VmcsField.GUEST_RIP, vmx.read(VmcsField.GUEST_RIP) + 3);

    assertThat(vmx.resume()).singleElement().isInstanceOf(Event.Completed.class);
  }

  @Test
  void freshGuestHasNoContexts() {
    long start = vmx.read(VmcsField.GUEST_RIP);
    long stack = vmx.read(VmcsField.GUEST_RSP);
    vmx.launch();
    vmx.run(new Instruction.Int(0x40));
    vmx.run(NOP, VMCALL);
    assertThat(vmx.read(VmcsField.GUEST_RSP)).isLessThan(stack);
    vmx.write(VmcsField.GUEST_RIP, start);
    vmx.write(VmcsField.GUEST_RSP, stack);

    vmx.resume();

    assertThat(vmx.run(new Instruction.Iret())).singleElement().isInstanceOf(Event.Faulted.class);
  }

  @Test
  void otherPlacesAreAnErrorOfTheTest() {
    vmx.write(VmcsField.GUEST_RIP, 0x1234);

    assertThatThrownBy(() -> vmx.run(new Instruction.Vmlaunch()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1234h");
  }

  @ParameterizedTest
  @CsvSource({
    "VIRTUAL_NMIS",
    "VIRTUAL_INTERRUPT_DELIVERY",
    "NMI_WINDOW_EXITING",
    "VIRTUALIZE_X2APIC_MODE",
    "APIC_REGISTER_VIRTUALIZATION",
    "IPI_VIRTUALIZATION",
    "PROCESS_POSTED_INTERRUPTS",
    "ENABLE_EPT",
    "SAVE_IA32_EFER"
  })
  void controlsThatNeedOthersFail(VmxControl control) {
    vmx.set(VmxControl.ACTIVATE_SECONDARY_CONTROLS, VmxControl.ACTIVATE_TERTIARY_CONTROLS, control);

    assertThat(vmx.errorOfLaunch()).isEqualTo(7);
    vmx.clear(control);
    assertThat(vmx.launch()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1E, true", // write back, four tables
    "18, true", // uncacheable
    "19, false", // write combining
    "16, false", // three tables
    "26, false", // five tables
    "5E, false", // accessed and dirty flags
    "9E, false", // reserved
    "80000000001E, false" // beyond the physical-address width
  })
  void theEptPointerIsChecked(String pointer, boolean good) {
    vmx.set(VmxControl.ACTIVATE_SECONDARY_CONTROLS, VmxControl.ENABLE_EPT);
    vmx.write(VmcsField.EPT_POINTER, Long.parseLong(pointer, 16));

    if (good) {
      assertThat(vmx.launch()).isEmpty();
    } else {
      assertThat(vmx.errorOfLaunch()).isEqualTo(7);
    }
  }

  @Test
  void secondaryControlsCountOnlyIfActivated() {
    vmx.write(VmcsField.SECONDARY_CONTROLS, 0xFFFF_FFFFL);

    assertThat(vmx.launch()).isEmpty();
  }

  @Test
  void hostStateIsChecked() {
    vmx.write(VmcsField.HOST_CS_SELECTOR, 3);

    assertThat(vmx.errorOfLaunch()).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource({
    "80000100, false", // reserved type
    "80000203, false", // NMI with another vector
    "80000320, false", // no such exception
    "80000B01, false", // #DB has no error code
    "8000030D, false", // #GP has one
    "80000B0D, true",
    "80001202, false", // reserved bit
    "80000701, false",
    "80000700, true",
    "80000440, false", // no instruction length
    "7FFFFFFF, true"
  })
  void injectionFieldIsChecked(String field, boolean good) {
    vmx.set(VmxControl.MONITOR_TRAP_FLAG);
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, Long.parseLong(field, 16));

    if (good) {
      vmx.launch();
    } else {
      assertThat(vmx.errorOfLaunch()).isEqualTo(7);
      assertThat(vmx.read(VmcsField.ENTRY_INTERRUPTION_INFORMATION))
          .isEqualTo(Long.parseLong(field, 16));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GUEST_ACTIVITY_STATE, 4",
    "GUEST_INTERRUPTIBILITY_STATE, 1", // without IF
    "GUEST_INTERRUPTIBILITY_STATE, 3",
    "GUEST_INTERRUPTIBILITY_STATE, 4",
    "GUEST_INTERRUPTIBILITY_STATE, 32",
    "GUEST_RFLAGS, 0",
    "GUEST_CR4, 672",
    "ENTRY_INTERRUPTION_INFORMATION, 2147483712" // external interrupt without IF
  })
  void guestStateIsChecked(VmcsField field, long value) {
    vmx.write(field, value);

    assertThat(vmx.failedLaunch()).isZero();
  }

  @Test
  void badLinkPointerHasAQualification() {
    vmx.write(VmcsField.VMCS_LINK_POINTER, 1);

    assertThat(vmx.failedLaunch()).isEqualTo(4);
  }

  @Test
  void x2apicMsrsCannotBeLoaded() {
    long area = Memory.SCRATCH_BASE + 0x8000;
    vmx.run(new Instruction.Store(area, 8, 0x3B), new Instruction.Store(area + 16, 8, 0x808));
    vmx.write(VmcsField.ENTRY_MSR_LOAD_ADDRESS, area);
    vmx.write(VmcsField.ENTRY_MSR_LOAD_COUNT, 2);

    vmx.run(new Instruction.Vmlaunch());

    assertThat(vmx.read(VmcsField.EXIT_REASON)).isEqualTo(0x8000_0022L);
    assertThat(vmx.read(VmcsField.EXIT_QUALIFICATION)).isEqualTo(2);
  }

  @Test
  void injectedInterruptIsDelivered() {
    long rflags = Rflags.FIXED | Rflags.IF;
    vmx.write(VmcsField.GUEST_RFLAGS, rflags);
    vmx.write(VmcsField.GUEST_ACTIVITY_STATE, 1);
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0x8000_0040L);
    vmx.set(VmxControl.EXTERNAL_INTERRUPT_EXITING);

    assertThat(vmx.launch())
        .containsExactly(
            new Event.InterruptTaken(0, 0x40, Event.Kind.EXTERNAL, Place.IDLE, rflags));
    VmxBench.assertExit(vmx.run(VMCALL), ExitReason.VMCALL);
    assertThat(vmx.read(VmcsField.GUEST_ACTIVITY_STATE)).isZero();
    assertThat(vmx.read(VmcsField.ENTRY_INTERRUPTION_INFORMATION)).isEqualTo(0x40);
  }

  @Test
  void injectedExceptionHasItsErrorCode() {
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0x8000_0B0DL);
    vmx.write(VmcsField.ENTRY_EXCEPTION_ERROR_CODE, 0x18);
    vmx.write(VmcsField.EXCEPTION_BITMAP, 0xFFFF_FFFFL);

    assertThat(vmx.launch())
        .containsExactly(new Event.ExceptionTaken(0, 13, 0x18, Place.IDLE, Rflags.FIXED));
  }

  @Test
  void softwareInterruptReturnsBehindItsInstruction() {
    vmx.launch();
    vmx.run(VMCALL, NOP);
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0x8000_0440L);
    vmx.write(VmcsField.ENTRY_INSTRUCTION_LENGTH, 3);

    assertThat(vmx.resume())
        .singleElement()
        .isInstanceOfSatisfying(
            Event.InterruptTaken.class,
            taken -> {
              assertThat(taken.kind()).isEqualTo(Event.Kind.SOFTWARE);
              assertThat(taken.interrupted().index()).isEqualTo(1);
            });
  }

  @Test
  void faultOfDeliveryTellsOfTheInjectedEvent() {
    vmx.write(VmcsField.GUEST_IDTR_LIMIT, 0x20 * 16 - 1);
    vmx.write(VmcsField.GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0x8000_0040L);
    vmx.write(VmcsField.EXCEPTION_BITMAP, 1 << 13);

    VmxBench.assertExit(vmx.launch(), ExitReason.EXCEPTION_OR_NMI);

    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_INFORMATION)).isEqualTo(0x8000_0B0DL);
    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_ERROR_CODE)).isEqualTo(0x40 * 8 + 3);
    assertThat(vmx.read(VmcsField.IDT_VECTORING_INFORMATION)).isEqualTo(0x8000_0040L);
  }

  @Test
  void emptyIdtIsATripleFault() {
    vmx.write(VmcsField.GUEST_IDTR_LIMIT, 0);
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0x8000_0202L);

    VmxBench.assertExit(vmx.launch(), ExitReason.TRIPLE_FAULT);

    assertThat(vmx.read(VmcsField.IDT_VECTORING_INFORMATION)).isZero();
  }

  @Test
  void aStackThatIsNotMappedIsATripleFault() {
    vmx.write(VmcsField.GUEST_CR3, EMPTY_TABLE);
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0x8000_0202L);

    VmxBench.assertExit(vmx.launch(), ExitReason.TRIPLE_FAULT);
  }

  @Test
  void pageFaultOfDeliveryTellsOfTheInjectedEvent() {
    vmx.write(VmcsField.GUEST_CR3, EMPTY_TABLE);
    vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, 0x8000_0202L);
    vmx.write(VmcsField.EXCEPTION_BITMAP, 1 << 14);

    VmxBench.assertExit(vmx.launch(), ExitReason.EXCEPTION_OR_NMI);

    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_INFORMATION)).isEqualTo(0x8000_0B0EL);
    assertThat(vmx.read(VmcsField.EXIT_INTERRUPTION_ERROR_CODE)).isEqualTo(2);
    assertThat(vmx.read(VmcsField.EXIT_QUALIFICATION)).isEqualTo(vmx.read(VmcsField.GUEST_RSP) - 8);
    assertThat(vmx.read(VmcsField.IDT_VECTORING_INFORMATION)).isEqualTo(0x8000_0202L);
  }

  @Test
  void pageFaultsExitAsTheirErrorCodeSays() {
    vmx.write(VmcsField.GUEST_CR3, EMPTY_TABLE);
    vmx.write(VmcsField.PAGE_FAULT_ERROR_CODE_MASK, 2);
    vmx.write(VmcsField.EXCEPTION_BITMAP, 1 << 14);
    vmx.launch();

    assertThat(vmx.run(new Instruction.Store(0x1000, 4, 0)))
        .singleElement()
        .isInstanceOf(Event.Faulted.class);
    assertThat(vmx.bench().values(new Instruction.MovFromCr(2))).containsExactly(0x1000L);
    VmxBench.assertExit(vmx.run(new Instruction.Load(0x1000, 4)), ExitReason.EXCEPTION_OR_NMI);
    assertThat(vmx.read(VmcsField.EXIT_QUALIFICATION)).isEqualTo(0x1000);
  }

  @Test
  void accessesCrossFromPageToPageThroughTables() {
    long[] tables = new long[4];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = EMPTY_TABLE + i * 0x1000L;
    }
    for (int i = 0; i < 3; i++) {
      vmx.bench().values(new Instruction.Store(tables[i], 8, tables[i + 1] | 7));
    }
    long first = EMPTY_TABLE + 0x4000;
    long second = EMPTY_TABLE + 0x8000;
    vmx.bench()
        .values(
            new Instruction.Store(tables[3] + 8, 8, first | 7),
            new Instruction.Store(tables[3] + 16, 8, second | 7));
    vmx.write(VmcsField.GUEST_CR3, EMPTY_TABLE);
    vmx.launch();

    vmx.bench().values(new Instruction.Store(0x1FFD, 8, 0x8877_6655_4433_2211L));

    assertThat(vmx.bench().values(new Instruction.Load(0x1FFD, 8)))
        .containsExactly(0x8877_6655_4433_2211L);
    assertThat(vmx.run(new Instruction.Store(0x2FFD, 4, -1)))
        .as("nothing of it is stored")
        .singleElement()
        .isInstanceOf(Event.Faulted.class);
    VmxBench.assertExit(vmx.run(new Instruction.Vmcall()), ExitReason.VMCALL);
    assertThat(
            vmx.bench()
                .values(
                    new Instruction.Load(first + 0xFF8, 8),
                    new Instruction.Load(second, 8),
                    new Instruction.Load(second + 0xFF8, 8)))
        .containsExactly(0x3322_1100_0000_0000L, 0x88_7766_5544L, 0);
  }
}
