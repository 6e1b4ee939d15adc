package io.apictck.suites.ipiv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.ipiv.Sender.Form;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * IPIs sent by writes to the APIC-access page (Intel SDM Vol. 3C, "Determining Whether a Write
 * Access is Virtualized", "APIC-Write Emulation").
 */
@Conformance
@Requires({Feature.IPI_VIRTUALIZATION, Feature.VIRTUALIZE_APIC_ACCESSES})
final class PageTests {
  private static final int ASSERT_BIT = 14;
  private static final int LAST_XAPIC_ID = 0xFF;
  private static final int WRITE_OF_HIGH_HALF = 0x1000 | VirtualApicPage.VICR_HI;

  @Test
  @Covers("IPIV-XA-001")
  void needsNeitherVirtualInterruptDeliveryNorRegisterVirtualization(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.PAGE);
    sender.sends(Sender.COMMAND.withLevelAssert(false));
    sender.verifyPosted(Sender.VECTOR);
  }

  @Test
  @Covers({"IPIV-XA-002", "IPIV-XA-004"})
  void eachBitButTheVectorAndAssertMatters(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.PAGE);
    for (boolean asserted : new boolean[] {false, true}) {
      InterruptCommand command = Sender.COMMAND.withLevelAssert(asserted);
      sender.sends(command);
      sender.verifyPosted(Sender.VECTOR);
      for (int bit = Byte.SIZE; bit < Integer.SIZE; bit++) {
        if (bit != ASSERT_BIT) {
          sender.exits(InterruptCommand.of(command.raw() | 1L << bit));
        }
      }
    }
  }

  @Test
  @Sweep
  @Covers({"IPIV-XA-002", "IPIV-XA-003"})
  void takesTheVectorFromTheLowHalf(Cpu cpu, Cases cases) {
    Sender sender = Sender.of(cpu, Form.PAGE);
    cases.range(
        0x10,
        0xFF,
        vector -> {
          sender.sends(Sender.COMMAND.withVector(vector));
          sender.verifyPosted(vector);
        });
  }

  @Test
  @Sweep
  @Covers("IPIV-XA-003")
  void takesTheTargetFromTheHighestByte(Cpu cpu, Cases cases) {
    Sender sender = Sender.of(cpu, Form.PAGE);
    sender.guest().vcpu().write(VmcsField.LAST_PID_POINTER_INDEX, LAST_XAPIC_ID);
    List<PostedInterrupts> targets = targets(cpu, LAST_XAPIC_ID + 1);
    for (int id = 0; id <= LAST_XAPIC_ID; id++) {
      sender.guest().table().point(id, targets.get(id));
    }
    cases.range(
        0,
        LAST_XAPIC_ID,
        id -> {
          sender.sends(Sender.COMMAND.withDestination(id));
          assertThat(targets.get(id).quad(Sender.VECTOR / Long.SIZE * Long.BYTES))
              .as("PIR of target %xh", id)
              .isEqualTo(1L << Sender.VECTOR);
        });
  }

  /** Descriptors without notifications, close together. */
  private static List<PostedInterrupts> targets(Cpu cpu, int count) {
    List<PostedInterrupts> targets = new ArrayList<>();
    long page = 0;
    for (int i = 0; i < count; i++) {
      int offset = i * PostedInterruptDescriptor.SIZE % VirtualApicPage.SIZE;
      page = offset == 0 ? cpu.machine().newPage() : page;
      PostedInterrupts target = new PostedInterrupts(cpu, page + offset);
      target.setControl(PostedInterruptDescriptor.SN);
      targets.add(target);
    }
    return targets;
  }

  private static List<InterruptCommand> others() {
    List<InterruptCommand> commands = new ArrayList<>();
    for (DeliveryMode mode : DeliveryMode.values()) {
      if (mode != DeliveryMode.FIXED) {
        commands.add(Sender.COMMAND.withDeliveryMode(mode));
      }
    }
    commands.add(Sender.COMMAND.withLogical(true));
    commands.add(Sender.COMMAND.withTriggerLevel(true));
    commands.add(Sender.COMMAND.withShorthand(Shorthand.ALL_INCLUDING_SELF));
    commands.add(Sender.COMMAND.withShorthand(Shorthand.ALL_EXCLUDING_SELF));
    commands.add(Sender.COMMAND.withDestination(InterruptCommand.XAPIC_BROADCAST));
    return commands;
  }

  @Test
  @Covers({"IPIV-XA-004", "IPIV-OP-010"})
  void allOtherCommandsExit(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.PAGE);
    others().forEach(sender::exits);
    sender.exits(Sender.COMMAND.withShorthand(Shorthand.SELF));
  }

  @Test
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers("IPIV-XA-004")
  void allOtherCommandsExitWithVirtualInterruptDelivery(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.PAGE, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    others().forEach(sender::exits);
    sender.sends(Sender.COMMAND);
    sender.verifyPosted(Sender.VECTOR);
  }

  @Test
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers("IPIV-XA-005")
  void aSelfIpiIsNotPosted(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.PAGE, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    sender.sends(Sender.COMMAND.withShorthand(Shorthand.SELF));
    sender.verifyPosted();
    assertThat(sender.guest().page().virr()).as("VIRR").containsExactlyVectors(Sender.VECTOR);
    assertThat(sender.guest().rvi()).as("RVI").isEqualTo(Sender.VECTOR);
  }

  @Test
  @Covers("IPIV-XA-006")
  void theHighHalfIsNotVirtualized(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.PAGE);
    sender.guest().vcpu().enter();
    long address = sender.guest().accessPage() + VirtualApicPage.VICR_HI;
    BlockRun run =
        sender
            .guest()
            .guest()
            .start(new Instruction.Store(address, Integer.BYTES, 0), new Instruction.Nop());
    assertThat(sender.guest().vcpu().exit())
        .hasReason(ExitReason.APIC_ACCESS)
        .hasQualification(WRITE_OF_HIGH_HALF)
        .isAt(run, 0);
  }

  @Test
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"IPIV-XA-003", "IPIV-XA-006"})
  void theGuestWritesBothHalvesWithRegisterVirtualization(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.PAGE, VmxControl.APIC_REGISTER_VIRTUALIZATION);
    sender.guest().vcpu().enter();
    sender.guest().guest().lapic().send(Sender.COMMAND);
    sender.guest().vcpu().leave();
    sender.verifyPosted(Sender.VECTOR);
  }

  @Test
  @Records
  @Covers("IPIV-XA-007")
  void readsOfTheLowHalf(Machine machine, Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.PAGE);
    sender.guest().vcpu().enter();
    VmExit exit =
        sender
            .guest()
            .vcpu()
            .run(
                new Instruction.Load(
                    sender.guest().accessPage() + VirtualApicPage.VICR_LO, Integer.BYTES),
                new Instruction.Vmcall());
    assertThat(exit.is(ExitReason.APIC_ACCESS) || exit.is(ExitReason.VMCALL))
        .as("%s is one of the two allowed", exit)
        .isTrue();
    machine.observe(
        "a read of 300h with IPI virtualization alone",
        exit.is(ExitReason.APIC_ACCESS) ? "exits" : "is virtualized");
  }
}
