package io.apictck.suites.ipiv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.uintr.UserDescriptor;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.ipiv.Sender.Form;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.UserThread;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SENDUIPI in a guest (Intel SDM Vol. 3C, "Virtualizing SENDUIPI"). */
@Conformance
@Requires({Feature.VMX, Feature.USER_INTERRUPTS})
final class SendUserIpiTests {
  private static final int NV = 0x61;
  private static final int USER_VECTOR = 35;
  private static final int INDEX = 3;
  private static final int STALE = 0x5A5A_5A5A;
  private static final long ON = UserPostedInterruptDescriptor.ON;
  private static final long SN = UserPostedInterruptDescriptor.SN;
  private static final List<Integer> DESTINATIONS = List.of(0, 0x0200, 0x1234_5678, -1);
  private static final Instruction SENDUIPI = new Instruction.Senduipi(INDEX);

  /** The descriptor that a guest sends to; what it is told of is up to the test. */
  private static UserDescriptor target(Vcpu vcpu) {
    UserThread thread = UserThread.on(vcpu.host());
    UserThread.enable(vcpu, true);
    UserDescriptor target = UserDescriptor.create(vcpu.host());
    thread.targets().point(INDEX, USER_VECTOR, target);
    return target;
  }

  private static long control(int ndst) {
    return (long) ndst << UserPostedInterruptDescriptor.NDST_SHIFT
        | (long) NV << UserPostedInterruptDescriptor.NV_SHIFT;
  }

  private static void clear(ApicGuest guest) {
    guest.page().write64(VirtualApicPage.VICR_LO, STALE | (long) STALE << 32);
    guest.page().write64(VirtualApicPage.VICR_HI, STALE | (long) STALE << 32);
  }

  private static void verifyPosted(UserDescriptor target, long control) {
    assertThat(target.pir()).as("PIR of the user descriptor").isEqualTo(1L << USER_VECTOR);
    assertThat(target.control()).as("control bits of the user descriptor").isEqualTo(control);
  }

  /** SENDUIPI makes an APIC-write exit behind it. */
  private static void exits(ApicGuest guest, UserDescriptor target, int ndst) {
    clear(guest);
    target.setPir(0);
    target.setControl(control(ndst));
    guest.vcpu().enter();
    BlockRun run = guest.guest().start(SENDUIPI, new Instruction.Nop());
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.APIC_WRITE)
        .hasQualification(VirtualApicPage.VICR_LO)
        .hasNoInterruption()
        .hasNoIdtVectoring()
        .isAt(run, 1);
    verifyPosted(target, control(ndst) | ON);
    guest.vcpu().resume();
    guest.vcpu().leave();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("IPIV-UI-001")
  void withoutTprShadowThePhysicalLocalApicSendsIt(Machine machine) {
    Vcpu vcpu = machine.cpu(0).vmx().newVcpu();
    UserDescriptor target = target(vcpu);
    Cpu receiver = machine.cpu(1);
    long control =
        UserPostedInterruptDescriptor.control(
            NV, receiver.apicId(), machine.cpu(0).lapic().mode() == ApicMode.X2APIC);
    target.setControl(control);
    vcpu.enter();
    vcpu.guest().run(SENDUIPI);
    machine.settle(() -> receiver.lapic().irr().contains(NV));
    machine.expectNothing();
    vcpu.leave();
    assertThat(receiver.lapic()).requests(NV).hasTriggerMode(NV, false);
    assertThat(machine.cpu(0).lapic()).requestsNothing().hasNoErrors();
    verifyPosted(target, control | ON);
    receiver.sti();
    receiver.serve(NV);
  }

  @Test
  @Requires(Feature.TPR_SHADOW)
  @Covers({"IPIV-UI-002", "IPIV-UI-005"})
  void withoutAccessPageItIsACommandOf64Bits(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    UserDescriptor target = target(guest.vcpu());
    for (int ndst : DESTINATIONS) {
      exits(guest, target, ndst);
      assertThat(guest.page().read64(VirtualApicPage.VICR_LO))
          .as("64-bit VICR for NDST %x", ndst)
          .isEqualTo((long) ndst << Integer.SIZE | NV);
      assertThat(guest.page().read(VirtualApicPage.VICR_HI)).as("VICR_HI").isEqualTo(STALE);
    }
  }

  @Test
  @Requires({Feature.TPR_SHADOW, Feature.VIRTUALIZE_APIC_ACCESSES})
  @Covers({"IPIV-UI-003", "IPIV-UI-005"})
  void withAccessPageTheDestinationIsTheSecondByteOfNdst(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    UserDescriptor target = target(guest.vcpu());
    for (int ndst : DESTINATIONS) {
      exits(guest, target, ndst);
      assertThat(guest.page().read(VirtualApicPage.VICR_LO)).as("VICR_LO").isEqualTo(NV);
      assertThat(guest.page().read(VirtualApicPage.VICR_HI))
          .as("VICR_HI for NDST %x", ndst)
          .isEqualTo((ndst & 0xFF00) << 16);
    }
  }

  @Test
  @Requires(Feature.TPR_SHADOW)
  @Covers("IPIV-UI-005")
  void whatIsNotNotifiedDoesNotExit(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    UserDescriptor target = target(guest.vcpu());
    clear(guest);
    for (long state : new long[] {ON, SN, ON | SN}) {
      target.setPir(0);
      target.setControl(control(0) | state);
      guest.vcpu().enter();
      guest.guest().run(SENDUIPI);
      guest.vcpu().leave();
      verifyPosted(target, control(0) | state);
      assertThat(guest.page().read(VirtualApicPage.VICR_LO)).as("VICR_LO").isEqualTo(STALE);
    }
  }

  @Test
  @Requires({
    Feature.IPI_VIRTUALIZATION,
    Feature.VIRTUALIZE_APIC_ACCESSES,
    Feature.VIRTUALIZE_X2APIC_MODE
  })
  @Covers("IPIV-UI-004")
  void withIpiVirtualizationItIsPosted(Cpu cpu) {
    for (Form form : Form.values()) {
      Sender sender = Sender.of(cpu, form);
      UserDescriptor target = target(sender.guest().vcpu());
      int ndst = form == Form.PAGE ? Sender.TARGET << 8 : Sender.TARGET;
      target.setControl(control(ndst));
      clear(sender.guest());
      sender.guest().vcpu().enter();
      sender.guest().guest().run(SENDUIPI);
      sender.guest().vcpu().leave();
      sender.verifyPosted(NV);
      verifyPosted(target, control(ndst) | ON);
      assertThat(sender.guest().page().read(VirtualApicPage.VICR_LO)).as("VICR_LO").isEqualTo(NV);
    }
  }

  @Test
  @Requires({
    Feature.IPI_VIRTUALIZATION,
    Feature.VIRTUALIZE_APIC_ACCESSES,
    Feature.VIRTUALIZE_X2APIC_MODE
  })
  @Covers("IPIV-UI-004")
  void whatIpiVirtualizationCannotPostExits(Cpu cpu) {
    for (Form form : Form.values()) {
      Sender sender = Sender.of(cpu, form);
      UserDescriptor target = target(sender.guest().vcpu());
      int shift = form == Form.PAGE ? 8 : 0;
      exits(sender.guest(), target, (Sender.TARGET + 1) << shift);
      exits(sender.guest(), target, (ApicGuest.LAST_INDEX + 1) << shift);
      sender.guest().vcpu().write(VmcsField.LAST_PID_POINTER_INDEX, Sender.TARGET - 1);
      exits(sender.guest(), target, Sender.TARGET << shift);
      sender.verifyPosted();
    }
  }
}
