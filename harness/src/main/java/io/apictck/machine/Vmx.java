package io.apictck.machine;

import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.platform.GuestState;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * VMX operation of one processor (Intel SDM Vol. 3C, "Introduction to Virtual Machine Extensions",
 * "VMX Instruction Reference").
 */
public final class Vmx {
  /** CR4.VMXE. */
  public static final long CR4_VMXE = 1 << 13;

  private final Cpu cpu;
  private final List<Vcpu> vcpus = new ArrayList<>();
  private @Nullable VmxCapabilities capabilities;
  private @Nullable Vcpu current;
  private boolean on;

  Vmx(Cpu cpu) {
    this.cpu = cpu;
  }

  /** The processor. */
  public Cpu cpu() {
    return cpu;
  }

  /** What its capability MSRs say. */
  public VmxCapabilities capabilities() {
    VmxCapabilities known = capabilities;
    if (known == null) {
      known = VmxCapabilities.of(cpu);
      capabilities = known;
    }
    return known;
  }

  /** Sets CR4.VMXE and executes VMXON with a region of its own. */
  public Vmx turnOn() {
    long cr4 = cpu.run(new Instruction.MovFromCr(4))[0];
    cpu.run(new Instruction.MovToCr(4, cr4 | CR4_VMXE));
    require("VMXON", cpu.run(new Instruction.Vmxon(newRegion()))[0]);
    on = true;
    return this;
  }

  /** VMXOFF. */
  public void turnOff() {
    require("VMXOFF", cpu.run(new Instruction.Vmxoff())[0]);
    on = false;
    current = null;
  }

  /** A page with the revision identifier, for VMXON or a VMCS; its physical address. */
  public long newRegion() {
    long region = cpu.machine().newPage();
    cpu.write32(region, capabilities().basic().revision());
    return region;
  }

  /**
   * A new virtual processor with a VMCS that can be entered: the state of {@link
   * io.apictck.platform.Platform#guest}, required controls, external-interrupt and NMI exiting, an
   * MSR bitmap of zeros and secondary controls of zero where there are such. It is the current one.
   */
  public Vcpu newVcpu() {
    if (!on) {
      turnOn();
    }
    if (vcpus.size() == GuestState.GUESTS) {
      throw new IllegalStateException("a processor has " + GuestState.GUESTS + " guests at most");
    }
    Vcpu vcpu = new Vcpu(this, vcpus.size());
    vcpus.add(vcpu);
    vcpu.setUp();
    return vcpu;
  }

  /** The virtual processors so far. */
  public List<Vcpu> vcpus() {
    return List.copyOf(vcpus);
  }

  int count() {
    return vcpus.size();
  }

  Vcpu vcpu(int number) {
    return vcpus.get(number);
  }

  /** Fails if a guest shows what no one asked for. */
  void verifyNothingUnexpected() {
    for (int i = 0; i < vcpus.size(); i++) {
      vcpus.get(i).verifyNothingUnexpected();
      vcpus.get(i).guest().verifyNothingUnexpected();
    }
  }

  void makeCurrent(Vcpu vcpu) {
    if (current != vcpu) {
      require("VMPTRLD", cpu.run(new Instruction.Vmptrld(vcpu.vmcs()))[0]);
      current = vcpu;
    }
  }

  void clear(Vcpu vcpu) {
    require("VMCLEAR", cpu.run(new Instruction.Vmclear(vcpu.vmcs()))[0]);
    if (current == vcpu) {
      current = null;
    }
  }

  /** As {@link #require(String, long)}, of an instruction for a field. */
  void require(String instruction, VmcsField field, long status) {
    if (status != 0) {
      require(instruction + " of " + field, status);
    }
  }

  /** Fails unless status flags say VMsucceed. */
  void require(String what, long status) {
    if (status != 0) {
      throw new AssertionError(
          "%s on %s failed with status flags %s%s"
              .formatted(what, cpu, Hex.dword((int) status), error(status)));
    }
  }

  private String error(long status) {
    if ((status & Status.ZF) == 0) {
      return "";
    }
    long number = cpu.run(new Instruction.Vmread(VmcsField.VM_INSTRUCTION_ERROR.encoding()))[1];
    for (VmInstructionError error : VmInstructionError.values()) {
      if (error.number() == number) {
        return ", error " + number + " (" + error + ")";
      }
    }
    return ", error " + number;
  }

  void forget() {
    vcpus.clear();
    current = null;
    on = false;
  }

  /** What VMX instructions leave in RFLAGS. */
  public static final class Status {
    /** VMsucceed. */
    public static final long SUCCEED = 0;

    /** VMfailInvalid. */
    public static final long CF = 1;

    /** VMfailValid. */
    public static final long ZF = 1 << 6;

    private Status() {}
  }
}
