package io.apictck.suites.ipiv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.PidPointer;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.vmx.MsrBitmap;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.ipiv.Sender.Form;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** IPIs sent by WRMSR of the ICR (Intel SDM Vol. 3C, "Virtualizing MSR-Based APIC Accesses"). */
@Conformance
@Requires({Feature.IPI_VIRTUALIZATION, Feature.VIRTUALIZE_X2APIC_MODE})
final class MsrTests {
  private static final int ICR = LapicRegister.ICR.msr();
  private static final long PATTERN = 0x1122_3344_5566_7788L;
  private static final long RESERVED = 0xFFF3_2000L;
  private static final int STATUS_BIT = 12;

  /** The last index of a table of one page. */
  private static final int LAST_OF_PAGE = VirtualApicPage.SIZE / PidPointer.SIZE - 1;

  @Test
  @Covers("IPIV-X2-001")
  void reservedBitsFaultAndStoreNothing(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    sender.guest().page().write64(VirtualApicPage.VICR_LO, PATTERN);
    sender.guest().vcpu().enter();
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((RESERVED >>> bit & 1) != 0) {
        assertThat(
                sender
                    .guest()
                    .guest()
                    .attempt(new Instruction.Wrmsr(ICR, Sender.COMMAND.raw() | 1L << bit)))
            .as("WRMSR with bit %d", bit)
            .raisesGeneralProtection();
      }
    }
    sender.guest().vcpu().leave();
    sender.verifyPosted();
    assertThat(sender.guest().page().read64(VirtualApicPage.VICR_LO))
        .as("eight bytes at 300h")
        .isEqualTo(PATTERN);
  }

  @Test
  @Covers({"IPIV-X2-001", "IPIV-X2-003", "IPIV-X2-004"})
  void allOtherBitsButTheVectorAndAssertExit(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    for (boolean asserted : new boolean[] {false, true}) {
      InterruptCommand command = Sender.COMMAND.withLevelAssert(asserted);
      sender.sends(command);
      sender.verifyPosted(Sender.VECTOR);
      for (int bit : new int[] {8, 9, 10, 11, STATUS_BIT, 15, 18, 19}) {
        sender.exits(InterruptCommand.of(command.raw() | 1L << bit));
      }
    }
  }

  @Test
  @Covers("IPIV-X2-002")
  void storesEightBytes(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    sender.guest().page().write(VirtualApicPage.VICR_HI, (int) PATTERN);
    sender.sends(Sender.COMMAND);
    sender.verifyPosted(Sender.VECTOR);
    assertThat(sender.guest().page().read64(VirtualApicPage.VICR_LO))
        .as("eight bytes at 300h")
        .isEqualTo(Sender.COMMAND.raw());
    assertThat(sender.guest().page().read(VirtualApicPage.VICR_HI))
        .as("310h, which xAPIC mode uses")
        .isEqualTo((int) PATTERN);
  }

  @Test
  @Sweep
  @Covers("IPIV-X2-003")
  void takesTheVectorFromTheLowestByte(Cpu cpu, Cases cases) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    cases.range(
        0x10,
        0xFF,
        vector -> {
          sender.sends(Sender.COMMAND.withVector(vector));
          sender.verifyPosted(vector);
        });
  }

  @Test
  @Covers({"IPIV-X2-003", "IPIV-OP-002"})
  void all32BitsOfTheTargetCount(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    int first = Integer.SIZE - Integer.numberOfLeadingZeros(Sender.TARGET);
    for (int bit = first + 1; bit < Integer.SIZE; bit++) {
      sender.exits(Sender.COMMAND.withDestination(Sender.TARGET | 1 << bit));
    }
    sender.exits(Sender.COMMAND.withDestination(InterruptCommand.X2APIC_BROADCAST));
  }

  @Test
  @Covers("IPIV-X2-003")
  void reachesTargetsThatNeedMoreThanEightBits(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    sender.guest().vcpu().write(VmcsField.LAST_PID_POINTER_INDEX, LAST_OF_PAGE);
    sender.guest().table().set(Sender.TARGET, 0);
    sender.guest().table().point(LAST_OF_PAGE, sender.target());
    sender.sends(Sender.COMMAND.withDestination(LAST_OF_PAGE));
    sender.verifyPosted(Sender.VECTOR);
    sender.exits(Sender.COMMAND.withDestination(LAST_OF_PAGE & 0xFF));
  }

  private static List<InterruptCommand> others() {
    List<InterruptCommand> commands = new ArrayList<>();
    for (DeliveryMode mode : DeliveryMode.values()) {
      if (mode != DeliveryMode.FIXED) {
        commands.add(Sender.COMMAND.withDeliveryMode(mode));
      }
    }
    for (Shorthand shorthand : Shorthand.values()) {
      if (shorthand != Shorthand.NONE) {
        commands.add(Sender.COMMAND.withShorthand(shorthand));
      }
    }
    commands.add(Sender.COMMAND.withLogical(true));
    commands.add(Sender.COMMAND.withTriggerLevel(true));
    return commands;
  }

  @Test
  @Covers({"IPIV-X2-004", "IPIV-OP-010"})
  void allOtherCommandsExit(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    others().forEach(sender::exits);
  }

  @Test
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers("IPIV-X2-004")
  void theShorthandSelfExitsWithVirtualInterruptDeliveryToo(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    others().forEach(sender::exits);
    assertThat(sender.guest().page().virr()).as("VIRR").isEmptySet();
    assertThat(sender.guest().rvi()).as("RVI").isZero();
    sender.sends(Sender.COMMAND);
    sender.verifyPosted(Sender.VECTOR);
  }

  @InEachApicMode
  @Covers("IPIV-X2-005")
  void theModeOfThePhysicalLocalApicDoesNotMatter(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    sender.sends(Sender.COMMAND);
    sender.verifyPosted(Sender.VECTOR);
    sender.exits(Sender.COMMAND.withLogical(true));
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires(Feature.MSR_BITMAPS)
  @Covers("IPIV-X2-006")
  void theBitmapComesFirst(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    MsrBitmap bitmap = new MsrBitmap(cpu, sender.guest().vcpu().msrBitmap());
    bitmap.interceptWrites(ICR, true);
    sender.guest().page().write64(VirtualApicPage.VICR_LO, PATTERN);
    for (long value : new long[] {Sender.COMMAND.raw(), Sender.COMMAND.raw() | 1L << 31}) {
      sender.guest().vcpu().enter();
      BlockRun run =
          sender.guest().guest().start(new Instruction.Wrmsr(ICR, value), new Instruction.Nop());
      assertThat(sender.guest().vcpu().exit()).hasReason(ExitReason.WRMSR).isAt(run, 0);
      sender.verifyPosted();
      assertThat(sender.guest().page().read64(VirtualApicPage.VICR_LO))
          .as("eight bytes at 300h")
          .isEqualTo(PATTERN);
      sender.guest().vcpu().restart();
    }
    bitmap.interceptWrites(ICR, false);
    sender.sends(Sender.COMMAND);
    sender.verifyPosted(Sender.VECTOR);
  }
}
