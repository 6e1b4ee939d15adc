package io.apictck.model.processor;

import io.apictck.platform.Instruction;

/** What instructions give that a hypervisor skips. */
final class SkippedInstructions {
  private SkippedInstructions() {}

  /** Whether the first value of an instruction is the status flags. */
  static boolean giveFlags(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Vmcall _,
          Instruction.Vmxon _,
          Instruction.Vmxoff _,
          Instruction.Vmclear _,
          Instruction.Vmptrld _,
          Instruction.Vmptrst _,
          Instruction.Invept _,
          Instruction.Vmread _,
          Instruction.VmreadToMemory _,
          Instruction.Vmwrite _,
          Instruction.Vmlaunch _,
          Instruction.Vmresume _,
          Instruction.Testui _,
          Instruction.Umwait _,
          Instruction.Tpause _ ->
          true;
      default -> false;
    };
  }
}
