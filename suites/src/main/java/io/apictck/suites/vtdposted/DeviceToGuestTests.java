package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Machine;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.Functions;
import io.apictck.suites.support.MessageSource;
import io.apictck.suites.support.Pin;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The whole way of a device's interrupt to a guest that runs: request, table entry, descriptor,
 * notification, posted-interrupt processing, virtual-interrupt delivery, handler, virtual EOI.
 */
@Conformance
@OnMachine(processors = 2)
@Requires({Feature.INTERRUPT_POSTING, Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
final class DeviceToGuestTests {
  private static final int INDEX = 0x23;
  private static final int VECTOR = 0x61;
  private static final int LOWER = 0x41;
  private static final int HIGHER = 0x91;

  private static PostedVcpu running(Machine machine) {
    return PostedVcpu.of(Posting.on(machine), machine.cpu(1)).running();
  }

  /** Serves one interrupt of a source, and looks at each station of its way. */
  private static void arrives(PostedVcpu vcpu, Runnable source) {
    BlockRun run = vcpu.cpu().start(new Instruction.Hlt(), new Instruction.Nop());
    source.run();
    assertThat(vcpu.cpu().takeInterrupt(VECTOR)).interruptedAt(run, 1);
    Posting.holds(vcpu.descriptor(), vcpu.posting().notifying(vcpu.guest().host()));
    assertThat(vcpu.page().virr()).as("VIRR in the handler").isEmptySet();
    assertThat(vcpu.page().visr()).as("VISR in the handler").containsExactlyVectors(VECTOR);
    vcpu.cpu().run(vcpu.cpu().lapic().endingInterrupt());
    assertThat(vcpu.page().visr()).as("VISR after the EOI").isEmptySet();
    vcpu.cpu().iret();
    assertThat(run.completed()).as("the guest goes on").isTrue();
  }

  private static void serves(Machine machine, PostedVcpu vcpu, Runnable source) {
    for (int i = 0; i < 3; i++) {
      arrives(vcpu, source);
    }
    machine.expectNothing();
    vcpu.hadNoExit(1);
    vcpu.guest().vcpu().leave();
    vcpu.isIdle();
  }

  private static void serves(Machine machine, MessageSource source) {
    PostedVcpu vcpu = running(machine);
    PciFunction function = source.function();
    vcpu.posting()
        .set(
            INDEX,
            vcpu.entry(VECTOR).withSource(SourceValidation.requester(function.requesterId())));
    source.aim(RemappableMessage.of(INDEX).address().physicalAddress(), 0);
    if (source.hasMasks()) {
      source.setMask(0, false);
    }
    source.setEnabled(true);
    serves(machine, vcpu, () -> function.pulse(0));
  }

  @InEachApicMode
  @Requires(Feature.MSI)
  @Covers({"VTPI-E2E-001", "VTPI-SW-001"})
  void anMsiRunsTheHandlerWithoutVmExit(Machine machine) {
    serves(machine, new MessageSource.Msi(Functions.msi(machine).getFirst()));
  }

  @Test
  @Requires(Feature.MSI_X)
  @Covers("VTPI-E2E-001")
  void anMsiXMessageRunsTheHandlerWithoutVmExit(Machine machine) {
    serves(machine, new MessageSource.MsiX(Functions.msiX(machine).getFirst()));
  }

  @Test
  @Requires(Feature.IO_APIC)
  @Covers("VTPI-E2E-001")
  void anEdgeAtAnIoApicRunsTheHandlerWithoutVmExit(Machine machine) {
    PostedVcpu vcpu = running(machine);
    Pin pin = Pin.fromLast(machine, 0);
    vcpu.posting().set(INDEX, vcpu.entry(VECTOR));
    pin.set(RemappableRedirectionEntry.of(INDEX, VECTOR).entry());
    serves(machine, vcpu, pin::pulse);
  }

  @Test
  @Sweep(sample = 16)
  @Covers("VTPI-E2E-001")
  void eachVectorArrives(Machine machine, Cases cases) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1));
    for (int vector = 0x20; vector <= 0xFF; vector++) {
      vcpu.posting().table().set(vector, vcpu.entry(vector));
    }
    vcpu.posting().unit().invalidateAll();
    Counter taken = vcpu.cpu().countInterrupts(0x20, 0xFF);
    vcpu.running();
    cases.range(
        0x20,
        0xFF,
        vector -> {
          vcpu.posting().request(vector);
          machine.settle(() -> taken.count() == 1);
          assertThat(taken).hasVectors(vector);
          taken.clear();
        });
    vcpu.hadNoExit(1);
    vcpu.guest().vcpu().leave();
    vcpu.isIdle();
  }

  @Test
  @Covers({"VTPI-E2E-001", "VTPI-OP-009"})
  void aHigherClassComesFirstAndALowerOneWaits(Machine machine) {
    PostedVcpu vcpu = running(machine).routes(LOWER, VECTOR, HIGHER);
    Posting posting = vcpu.posting();
    posting.request(VECTOR);
    vcpu.cpu().takeInterrupt(VECTOR);
    posting.request(LOWER);
    posting.request(LOWER);
    vcpu.cpu().sti();
    machine.expectNothing();
    posting.request(HIGHER);
    vcpu.cpu().serve(HIGHER);
    vcpu.cpu().cli();
    vcpu.cpu().finishInterrupt();
    // both requests are one interrupt
    vcpu.cpu().serve(LOWER);
    machine.expectNothing();
    vcpu.hadNoExit(1);
    vcpu.guest().vcpu().leave();
    vcpu.isIdle();
  }

  @Test
  @Covers({"VTPI-E2E-001", "VTPI-OP-007"})
  void theHandlerSeesWhatTheDeviceWrote(Machine machine) {
    PostedVcpu vcpu = running(machine).routes(VECTOR);
    long data = machine.newPage();
    for (int value = 1; value < 0x20; value++) {
      machine.deviceWrite(Posting.DEVICE, data, value);
      vcpu.posting().request(VECTOR);
      vcpu.cpu().takeInterrupt(VECTOR);
      assertThat(vcpu.cpu().read32(data)).as("data of the device").isEqualTo(value);
      vcpu.cpu().finishInterrupt();
    }
    vcpu.hadNoExit(1);
  }

  @Test
  @Covers("VTPI-E2E-001")
  void interruptsWaitForIfOfTheGuest(Machine machine) {
    PostedVcpu vcpu = running(machine).routes(LOWER, VECTOR);
    vcpu.cpu().cli();
    vcpu.posting().request(LOWER);
    vcpu.posting().request(VECTOR);
    machine.expectNothing();
    assertThat(vcpu.page().virr()).containsExactlyVectors(LOWER, VECTOR);
    Posting.holds(vcpu.descriptor(), vcpu.posting().notifying(vcpu.guest().host()));
    Counter taken = vcpu.cpu().countInterrupts(LOWER, VECTOR);
    vcpu.cpu().sti();
    machine.settle(() -> taken.count() == 2);
    assertThat(taken).hasVectors(VECTOR, LOWER);
    vcpu.hadNoExit(1);
  }

  @Test
  @Covers({"VTPI-E2E-002", "VTPI-SW-006"})
  void theHostTakesANotificationThatComesInTheHost(Machine machine) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1)).routes(VECTOR);
    vcpu.scheduling().scheduleIn(machine.cpu(1));
    machine.cpu(1).sti();
    vcpu.posting().request(VECTOR);
    machine.cpu(1).serve(Posting.NV);
    machine.cpu(1).cli();
    Posting.holds(
        vcpu.descriptor(), vcpu.posting().notifying(machine.cpu(1)).withOutstanding(true), VECTOR);
    assertThat(vcpu.page().virr()).isEmptySet();
    // VM entry alone processes nothing
    vcpu.guest().vcpu().setInterruptFlag(true);
    vcpu.guest().vcpu().enter();
    machine.expectNothing();
    vcpu.guest().vcpu().leave();
    assertThat(vcpu.scheduling().catchUp(machine.cpu(1))).as("a request waits").isTrue();
    vcpu.guest().vcpu().enter();
    vcpu.cpu().serve(VECTOR);
    vcpu.guest().vcpu().leave();
    vcpu.isIdle();
  }

  @Test
  @Covers({"VTPI-E2E-002", "VTPI-E2E-001"})
  void withoutPostedInterruptProcessingTheNotificationExits(Machine machine) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1)).routes(VECTOR);
    vcpu.guest().vcpu().clear(VmxControl.PROCESS_POSTED_INTERRUPTS);
    vcpu.running();
    vcpu.posting().request(VECTOR);
    assertThat(vcpu.guest().vcpu().exit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, Posting.NV);
    Posting.holds(
        vcpu.descriptor(), vcpu.posting().notifying(machine.cpu(1)).withOutstanding(true), VECTOR);
    assertThat(vcpu.page().virr()).isEmptySet();
    machine.cpu(1).lapic().eoi();
  }

  @Test
  @OnMachine(processors = 3)
  @Covers({"VTPI-E2E-001", "VTPI-OP-014"})
  void eachGuestGetsItsOwnInterrupts(Machine machine) {
    Posting posting = Posting.on(machine);
    List<PostedVcpu> vcpus =
        List.of(PostedVcpu.of(posting, machine.cpu(1)), PostedVcpu.of(posting, machine.cpu(2)));
    for (PostedVcpu vcpu : vcpus) {
      int index = INDEX + vcpu.guest().host().index();
      posting.set(index, vcpu.entry(VECTOR));
      vcpu.running();
    }
    for (PostedVcpu vcpu : vcpus) {
      posting.request(INDEX + vcpu.guest().host().index());
      vcpu.cpu().serve(VECTOR);
      machine.expectNothing();
      vcpu.hadNoExit(1);
    }
  }
}
