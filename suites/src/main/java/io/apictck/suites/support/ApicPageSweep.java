package io.apictck.suites.support;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.VirtualApic;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicPageRules.Fate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Accesses of a guest to every offset of the APIC-access page with every width. A case has all
 * those with one width and one offset modulo 16. The few that end behind the page are left out: the
 * manual does not speak of them.
 */
public final class ApicPageSweep {
  private static final int SLOT = 0x10;
  private static final int[] WIDTHS = {1, 2, 4, 8};
  private static final int LOW_BYTES = 0xFF;
  private static final VmcsField[] ACCESS_EXIT = {
    VmcsField.EXIT_QUALIFICATION, VmcsField.GUEST_RIP, VmcsField.EXIT_INSTRUCTION_LENGTH
  };

  private final ApicGuest guest;
  private final ApicPageRules rules;
  private final VirtualApic memory;

  private record Pass(int width, int alignment) {
    static List<Pass> all() {
      List<Pass> all = new ArrayList<>();
      for (int width : WIDTHS) {
        for (int alignment = 0; alignment < SLOT; alignment++) {
          all.add(new Pass(width, alignment));
        }
      }
      return all;
    }

    List<Integer> offsets() {
      List<Integer> offsets = new ArrayList<>();
      for (int offset = alignment; offset + width <= VirtualApicPage.SIZE; offset += SLOT) {
        offsets.add(offset);
      }
      return offsets;
    }
  }

  private ApicPageSweep(Cpu host, Set<VmxControl> controls) {
    this.guest = ApicGuest.of(host, controls.toArray(VmxControl[]::new));
    this.rules = ApicPageRules.of(controls);
    this.memory = new VirtualApic(host, guest.accessPage());
  }

  /**
   * That of a new guest with "virtualize APIC accesses" and these controls, which must have all
   * that they need.
   */
  public static ApicPageSweep of(Cpu host, VmxControl... controls) {
    Set<VmxControl> all = EnumSet.of(VmxControl.VIRTUALIZE_APIC_ACCESSES);
    all.addAll(List.of(controls));
    return new ApicPageSweep(host, all);
  }

  /** Reads give what the virtual-APIC page has, or exit. */
  public void reads(Cases cases) {
    PageImage image = PageImage.pattern();
    memory.setImage(image.inverted().words());
    guest.page().setImage(image.words());
    guest.vcpu().enter();
    image.set(
        VirtualApicPage.VPPR,
        rules.interrupts()
            ? image.get(VirtualApicPage.VTPR) & 0xFF
            : image.get(VirtualApicPage.VPPR));
    cases.each(Pass.all(), pass -> readAll(pass, image));
    guest.vcpu().leave();
  }

  private void readAll(Pass pass, PageImage image) {
    List<Integer> offsets = pass.offsets();
    List<Instruction> block = new ArrayList<>();
    for (int offset : offsets) {
      block.add(new Instruction.Load(guest.accessPage() + offset, pass.width()));
    }
    block.add(new Instruction.Vmcall());
    BlockRun run = guest.guest().start(block);
    boolean[] exited = new boolean[offsets.size()];
    for (VmExit exit = guest.vcpu().exit();
        !exit.is(ExitReason.VMCALL);
        exit = guest.vcpu().exit()) {
      int index = exit.place().index();
      exited[index] = true;
      accessExit(exit, run, index, ApicAccessType.READ.qualification(offsets.get(index)));
    }
    leaveBlock();
    long[] values = run.values();
    for (int i = 0; i < exited.length; i++) {
      int offset = offsets.get(i);
      Fate fate = rules.read(offset, pass.width());
      if (fate != Fate.OPEN && exited[i] != (fate == Fate.ACCESS_EXIT)) {
        assertThat(exited[i])
            .as("read of %d bytes at %03Xh exits", pass.width(), offset)
            .isEqualTo(fate == Fate.ACCESS_EXIT);
      }
      if (!exited[i] && values[i] != image.get(offset, pass.width())) {
        assertThat(values[i])
            .as("%d bytes read at %03Xh", pass.width(), offset)
            .isEqualTo(image.get(offset, pass.width()));
      }
    }
  }

  private void leaveBlock() {
    long rip = guest.vcpu().read(VmcsField.GUEST_RIP);
    guest
        .vcpu()
        .write(VmcsField.GUEST_RIP, rip + guest.vcpu().read(VmcsField.EXIT_INSTRUCTION_LENGTH));
    guest.vcpu().enter();
  }

  private void accessExit(VmExit exit, BlockRun run, int index, long qualification) {
    assertThat(exit).hasReason(ExitReason.APIC_ACCESS);
    long[] fields = guest.vcpu().readAll(ACCESS_EXIT);
    // descriptions cost more than all the rest
    if (fields[0] != qualification || exit.place().block() != run.block()) {
      assertThat(exit).isAt(run, index).hasQualification(qualification);
    }
    guest.vcpu().enterAt(fields[1] + fields[2]);
  }

  /**
   * Writes go to the virtual-APIC page, with what follows, or exit and change nothing. The
   * APIC-access page never changes.
   */
  public void writes(Cases cases) {
    PageImage image = PageImage.pattern().withoutService();
    int[] behind = image.inverted().words();
    memory.setImage(behind);
    cases.each(Pass.all(), pass -> writeAll(pass, image.copy()));
    assertThat(memory.image()).as("APIC-access page").isEqualTo(behind);
  }

  private void writeAll(Pass pass, PageImage expected) {
    guest.page().setImage(expected.words());
    if (rules.interrupts()) {
      guest.setInterruptStatus(0, 0);
    }
    List<Integer> offsets = pass.offsets();
    List<Instruction> block = new ArrayList<>();
    for (int offset : offsets) {
      block.add(
          new Instruction.Store(
              guest.accessPage() + offset,
              pass.width(),
              PageImage.other(expected.get(offset, pass.width()), pass.width())));
    }
    block.add(new Instruction.Vmcall());
    guest.vcpu().enter();
    BlockRun run = guest.guest().start(block);
    int next = 0;
    VmExit exit;
    for (exit = guest.vcpu().exit(); !exit.is(ExitReason.VMCALL); exit = guest.vcpu().exit()) {
      boolean trap = exit.is(ExitReason.APIC_WRITE);
      int index = exit.place().index() - (trap ? 1 : 0);
      for (; next < index; next++) {
        expectFate(pass, offsets.get(next), Fate.VIRTUALIZED);
      }
      next = index + 1;
      int offset = offsets.get(index);
      expectFate(pass, offset, trap ? Fate.WRITE_EXIT : Fate.ACCESS_EXIT);
      if (trap) {
        assertThat(exit).isAt(run, index + 1).hasQualification(offset);
        guest.vcpu().enter();
      } else {
        accessExit(exit, run, index, ApicAccessType.WRITE.qualification(offset));
      }
    }
    for (; next < offsets.size(); next++) {
      expectFate(pass, offsets.get(next), Fate.VIRTUALIZED);
    }
    for (int offset : offsets) {
      if (rules.write(offset, pass.width()) != Fate.ACCESS_EXIT) {
        written(expected, offset, pass.width());
      }
    }
    if (rules.interrupts()) {
      expected.set(VirtualApicPage.VPPR, expected.get(VirtualApicPage.VTPR) & LOW_BYTES);
    }
    assertThat(guest.page().image()).as("virtual-APIC page").isEqualTo(expected.words());
    leaveBlock();
    guest.vcpu().leave();
  }

  private void expectFate(Pass pass, int offset, Fate seen) {
    Fate expected = rules.write(offset, pass.width());
    if (seen != expected) {
      assertThat(seen).as("write of %d bytes at %03Xh", pass.width(), offset).isEqualTo(expected);
    }
  }

  private void written(PageImage image, int offset, int width) {
    image.set(offset, width, PageImage.other(image.get(offset, width), width));
    if (offset == VirtualApicPage.VTPR) {
      image.set(offset, image.get(offset) & LOW_BYTES);
    } else if ((offset & -SLOT) == VirtualApicPage.VICR_HI) {
      image.set(VirtualApicPage.VICR_HI, image.get(VirtualApicPage.VICR_HI) & LOW_BYTES << 24);
    } else if (offset == VirtualApicPage.VEOI && rules.interrupts()) {
      image.set(offset, 0);
    }
  }
}
