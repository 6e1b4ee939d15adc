package io.apictck.suites.flexpriority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.VirtualApic;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.PageImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Where the pages are and when the APIC-access page is one (Intel SDM Vol. 3C, "Controls for APIC
 * Virtualization").
 */
@Conformance
@Requires({Feature.TPR_SHADOW, Feature.VIRTUALIZE_APIC_ACCESSES})
final class PageSettingTests {
  private static final int UNCACHEABLE = 0;
  private static final int WRITE_BACK = 6;

  @Test
  @Covers("FLEX-AA-023")
  void withoutTheControlThePageIsOrdinaryMemory(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    PageImage image = PageImage.pattern();
    int[] virtual = image.inverted().words();
    guest.page().setImage(virtual);
    guest.vcpu().enter();
    VirtualApic memory = new VirtualApic(guest.guest(), guest.accessPage());
    memory.setImage(image.words());
    assertThat(memory.image()).as("the page, as the guest reads it").isEqualTo(image.words());
    guest.vcpu().leave();
    assertThat(guest.page().image()).as("virtual-APIC page").isEqualTo(virtual);
  }

  @Test
  @Covers("FLEX-AA-016")
  void theAddressOfTheLocalApicDoesNotMatter(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    long physical = cpu.lapic().address(LapicRegister.TPR);
    cpu.lapic().setTpr(0x30);
    guest.page().setVtpr(0x70);
    guest.vcpu().enter();
    assertThat(guest.guest().read32(physical)).as("physical TPR").isEqualTo(0x30);
    assertThat(guest.guest().read32(guest.accessPage() + VirtualApicPage.VTPR))
        .as("VTPR")
        .isEqualTo(0x70);
    guest.guest().write32(physical, 0x20);
    guest.vcpu().leave();
    assertThat(cpu.lapic().tpr()).as("physical TPR").isEqualTo(0x20);
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x70);
    cpu.lapic().setTpr(0);
  }

  @Test
  @Covers({"FLEX-AA-016", "FLEX-AA-001"})
  void thePageMayBeThatOfTheLocalApic(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    guest.vcpu().write(VmcsField.APIC_ACCESS_ADDRESS, cpu.lapic().address());
    cpu.lapic().setTpr(0x30);
    guest.page().setVtpr(0x70);
    guest.vcpu().enter();
    assertThat(guest.guest().read32(cpu.lapic().address(LapicRegister.TPR)))
        .as("VTPR")
        .isEqualTo(0x70);
    VmExit exit =
        guest.vcpu().run(new Instruction.Load(cpu.lapic().address(LapicRegister.VERSION), 4));
    assertThat(exit)
        .hasReason(ExitReason.APIC_ACCESS)
        .hasQualification(ApicAccessType.READ.qualification(0x030));
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
    guest.vcpu().leave();
    assertThat(cpu.lapic().tpr()).as("physical TPR").isEqualTo(0x30);
    cpu.lapic().setTpr(0);
  }

  @Test
  @Covers({"FLEX-AA-001", "FLEX-AA-023"})
  void thePagesAroundAreOrdinaryMemory(Cpu cpu) {
    long[] pages = {cpu.machine().newPage(), cpu.machine().newPage(), cpu.machine().newPage()};
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    guest.vcpu().write(VmcsField.APIC_ACCESS_ADDRESS, pages[1]);
    List<Instruction> block = new ArrayList<>();
    for (long page : new long[] {pages[0], pages[2]}) {
      for (int offset = 0; offset < VirtualApicPage.SIZE; offset += 8) {
        block.add(new Instruction.Store(page + offset, 8, page + offset));
      }
    }
    guest.vcpu().enter();
    guest.guest().runInPieces(block);
    for (long page : new long[] {pages[0], pages[2]}) {
      int last = VirtualApicPage.SIZE - 8;
      assertThat(guest.guest().run(new Instruction.Load(page + last, 8))[0])
          .as("the last eight bytes")
          .isEqualTo(page + last);
    }
    guest.vcpu().leave();
  }

  @Test
  @Covers("FLEX-AA-017")
  void dataComeFromTheVirtualApicPage(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    long tpr = guest.accessPage() + VirtualApicPage.VTPR;
    cpu.write32(tpr, 0x1111_1111);
    guest.page().setVtpr(0x2222_2222);
    guest.vcpu().enter();
    assertThat(guest.guest().read32(tpr)).as("what the guest reads").isEqualTo(0x2222_2222);
    guest.guest().write32(tpr, 0x33);
    assertThat(guest.guest().read32(tpr)).as("what the guest reads").isEqualTo(0x33);
    guest.vcpu().leave();
    assertThat(cpu.read32(tpr)).as("APIC-access page").isEqualTo(0x1111_1111);
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x33);
  }

  @Test
  @Covers("FLEX-AA-022")
  void memoryTypeOfVmxStructuresIsUncacheableOrWriteBack(Cpu cpu) {
    assertThat(cpu.vmx().capabilities().basic().memoryType())
        .as("bits 53:50 of IA32_VMX_BASIC")
        .isIn(UNCACHEABLE, WRITE_BACK);
  }
}
