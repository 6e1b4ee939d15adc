package io.apictck.suites.flexpriority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
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
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What else than loads and stores accesses the APIC-access page (Intel SDM Vol. 3C, "Virtualizing
 * Memory-Mapped APIC Accesses").
 */
@Conformance
@Requires({Feature.TPR_SHADOW, Feature.VIRTUALIZE_APIC_ACCESSES})
final class AccessKindTests {
  private static final int VTPR = VirtualApicPage.VTPR;
  private static final int LDR = 0x0D0;
  private static final int SVR = 0x0F0;
  private static final int INJECTED = 0x51;
  private static final int FRAME = 40;
  private static final int STRING = 0x100;

  private static ApicGuest guest(Cpu cpu) {
    return ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES);
  }

  private static void assertAccess(VmExit exit, BlockRun run, ApicAccessType type, int offset) {
    assertThat(exit)
        .hasReason(ExitReason.APIC_ACCESS)
        .hasQualification(type.qualification(offset))
        .hasNoInterruption()
        .hasNoIdtVectoring()
        .isAt(run, 0);
  }

  @Test
  @Covers({"FLEX-AA-008", "FLEX-AA-006", "FLEX-THR-003"})
  void exchangeWithTheTaskPriorityReadsAndWritesIt(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().setVtpr(0x1234_5673);
    guest.vcpu().write(VmcsField.TPR_THRESHOLD, 5);
    BlockRun run =
        guest
            .vcpu()
            .enter()
            .guest()
            .start(new Instruction.Exchange(guest.accessPage() + VTPR, 4, 0xFFFF_FF45L));
    VmExit exit = guest.vcpu().exit(ExitReason.TPR_BELOW_THRESHOLD);
    assertThat(exit.place().block()).as("block of the exit").isIn(0L, run.block());
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x45);
    guest.page().setVtpr(0x50);
    guest.vcpu().enter();
    assertThat(run.values()[0]).as("old VTPR").isEqualTo(0x1234_5673);
    guest.vcpu().leave();
  }

  @Test
  @Covers({"FLEX-AA-008", "FLEX-AA-006"})
  void orWithTheTaskPriorityReadsAndWritesIt(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().setVtpr(0x0000_0061);
    guest.vcpu().enter();
    guest.guest().run(new Instruction.LockedOr(guest.accessPage() + VTPR, 4, 0xFF00_0012L));
    guest.vcpu().leave();
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x73);
  }

  @Test
  @Sweep
  @Covers({"FLEX-AA-008", "FLEX-AA-007"})
  void readModifyWriteElsewhereExitsForItsRead(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    long page = guest.accessPage();
    guest.page().write(SVR, 0x1FF);
    guest.page().write(LDR, 0x0100_0000);
    guest.vcpu().enter();
    cases.each(
        List.<Instruction>of(
            new Instruction.Exchange(page + SVR, 4, 0x10F),
            new Instruction.LockedOr(page + SVR, 4, 0xF00)),
        instruction -> {
          BlockRun run = guest.guest().start(instruction);
          VmExit exit = guest.vcpu().exit();
          assertAccess(exit, run, ApicAccessType.READ, SVR);
          guest.vcpu().skip(exit);
          guest.vcpu().enter();
        });
    guest.vcpu().leave();
    assertThat(guest.page().read(SVR)).as("VA[0F0h]").isEqualTo(0x1FF);
    assertThat(guest.page().read(LDR)).as("VA[0D0h]").isEqualTo(0x0100_0000);
  }

  @Test
  @Covers({"FLEX-AA-012", "FLEX-AA-009"})
  void aStringThatRunsIntoThePageStopsThere(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    long source = cpu.machine().newPage();
    for (int i = 0; i < STRING; i += 4) {
      cpu.write32(source + i, 0x0101_0101 * (i / 4 + 1));
    }
    guest.vcpu().enter();
    BlockRun run =
        guest.guest().start(new Instruction.RepMovsb(guest.accessPage() + VTPR, source + 0x10, 8));
    VmExit exit = guest.vcpu().exit();
    assertThat(exit)
        .hasReason(ExitReason.APIC_ACCESS)
        .hasQualification(ApicAccessType.WRITE.qualification(VTPR + 1))
        .isAt(run, 0);
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x05);
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
    guest.vcpu().leave();
  }

  @Test
  @Covers({"FLEX-AA-012", "FLEX-AA-008", "FLEX-AA-017"})
  void aStringFromThePageReadsTheVirtualOne(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    long target = cpu.machine().newPage();
    guest.page().setVtpr(0x0403_0261);
    cpu.write32(guest.accessPage() + VTPR, -1);
    guest.vcpu().enter();
    guest.guest().run(new Instruction.RepMovsb(target, guest.accessPage() + VTPR, 1));
    BlockRun run =
        guest.guest().start(new Instruction.RepMovsb(target + 4, guest.accessPage() + SVR, 4));
    VmExit exit = guest.vcpu().exit();
    assertAccess(exit, run, ApicAccessType.READ, SVR);
    assertThat(cpu.read32(target)).as("the byte copied").isEqualTo(0x61);
    assertThat(cpu.read32(target + 4)).as("what was not copied").isZero();
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
    guest.vcpu().leave();
  }

  @Test
  @Sweep
  @Covers("FLEX-AA-008")
  void aStringFromPageToPageReadsBeforeItWrites(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    long page = guest.accessPage();
    guest.page().setVtpr(0x61);
    guest.vcpu().enter();
    cases.each(
        List.of(new Instruction.RepMovsb(page + LDR, page + SVR, 1)),
        instruction -> {
          BlockRun run = guest.guest().start(instruction);
          VmExit exit = guest.vcpu().exit();
          assertAccess(exit, run, ApicAccessType.READ, SVR);
          guest.vcpu().skip(exit);
          guest.vcpu().enter();
        });
    BlockRun run = guest.guest().start(new Instruction.RepMovsb(page + LDR, page + VTPR, 1));
    VmExit exit = guest.vcpu().exit();
    assertAccess(exit, run, ApicAccessType.WRITE, LDR);
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
    guest.vcpu().leave();
  }

  @Test
  @Covers("FLEX-AA-013")
  void theFrameOfAnInjectedInterruptOnThePageExits(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    int top = 0x800;
    guest.vcpu().write(VmcsField.GUEST_RSP, guest.accessPage() + top);
    guest.vcpu().write(VmcsField.GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
    guest
        .vcpu()
        .write(
            VmcsField.ENTRY_INTERRUPTION_INFORMATION,
            Integer.toUnsignedLong(
                InterruptionInformation.of(InterruptionType.EXTERNAL_INTERRUPT, INJECTED).raw()));
    VmExit exit = guest.vcpu().enterUntilExit();
    assertThat(exit)
        .hasReason(ExitReason.APIC_ACCESS)
        .hasNoInterruption()
        .hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, INJECTED);
    long qualification = exit.qualification();
    assertThat(qualification >>> 12)
        .as("access type")
        .isEqualTo(ApicAccessType.EVENT_DELIVERY.number());
    assertThat((int) qualification & 0xFFF).as("offset").isBetween(top - FRAME, top - 1);
    guest.vcpu().restart();
  }

  @Test
  @Sweep
  @Covers("FLEX-AA-020")
  void aPrefetchNeverExits(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    guest.vcpu().enter();
    cases.range(
        0,
        0x1000 / Long.BYTES - 1,
        slot ->
            guest
                .guest()
                .run(new Instruction.Prefetch(guest.accessPage() + (long) slot * Long.BYTES)));
    guest.vcpu().leave();
    assertThat(guest.vcpu().entries()).as("entries").isEqualTo(1);
  }

  @Test
  @Records
  @Covers("FLEX-AA-004")
  void readsBehindTheFirstByteOfTheTaskPriority(Machine machine, Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().setVtpr(0x4433_2211);
    guest.vcpu().enter();
    for (int offset = VTPR + 1; offset < VTPR + 4; offset++) {
      observeRead(machine, guest, new Instruction.Load(guest.accessPage() + offset, 1), offset);
    }
    guest.vcpu().leave();
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x4433_2211);
  }

  private static void observeRead(
      Machine machine, ApicGuest guest, Instruction access, int offset) {
    BlockRun run = guest.guest().start(access, new Instruction.Vmcall());
    VmExit exit = guest.vcpu().exit();
    boolean virtualized = exit.is(ExitReason.VMCALL);
    if (!virtualized) {
      assertAccess(exit, run, ApicAccessType.READ, offset);
      guest.vcpu().skip(exit);
      guest.vcpu().enter();
      exit = guest.vcpu().exit(ExitReason.VMCALL);
    }
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
    machine.observe(
        "%s of %03Xh".formatted(access.getClass().getSimpleName(), offset),
        virtualized ? "virtualized" : "APIC-access VM exit");
  }

  @Test
  @Records
  @Covers("FLEX-AA-021")
  void monitorOfThePage(Machine machine, Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.vcpu().enter();
    observeRead(machine, guest, new Instruction.Monitor(guest.accessPage() + VTPR), VTPR);
    guest.vcpu().leave();
  }
}
