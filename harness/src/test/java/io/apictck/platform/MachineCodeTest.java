package io.apictck.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The machine code of each instruction; {@link AssemblyTest} has a second opinion. */
final class MachineCodeTest {
  private static final long REGISTER = 0xFEE0_0020L;
  private static final long EOI = 0xFEE0_00B0L;
  private static final long MEMORY = 0x10_0000;

  @Test
  void isAsInTheGoldenFile() throws IOException {
    HexFormat hex = HexFormat.of().withUpperCase();
    List<String> lines = new ArrayList<>();
    for (Instruction instruction : instructions()) {
      MachineCode code = instruction.machineCode();
      lines.add(
          String.join(
              "|",
              instruction.toString(),
              hex.formatHex(code.setUp()),
              hex.formatHex(code.body()),
              hex.formatHex(code.store())));
    }
    assertThat(lines).containsExactlyElementsOf(golden());
  }

  @Test
  void coversEveryInstruction() {
    assertThat(instructions().stream().map(Object::getClass).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            Arrays.stream(Instruction.class.getPermittedSubclasses()).toArray(Class<?>[]::new));
  }

  @Test
  void storesAsManyValuesAsItSays() {
    // lea r15, [r15+8] follows each value
    byte[] next = {0x4D, (byte) 0x8D, 0x7F, 0x08};
    for (Instruction instruction : instructions()) {
      byte[] store = instruction.machineCode().store();
      long values = 0;
      for (int i = 0; i + next.length <= store.length; i++) {
        if (Arrays.equals(store, i, i + next.length, next, 0, next.length)) {
          values++;
        }
      }
      assertThat(values).as("%s", instruction).isEqualTo(instruction.values());
    }
  }

  @Test
  void isAsLongAsTheInstructionSays() {
    for (Instruction instruction : instructions()) {
      assertThat(instruction.length())
          .as("%s", instruction)
          .isEqualTo(instruction.machineCode().body().length);
    }
  }

  @Test
  void joinsItsPieces() {
    MachineCode code = new Instruction.In(0x20, 2).machineCode();
    assertThat(code.bytes())
        .hasSize(code.setUp().length + code.body().length + code.store().length)
        .startsWith(code.setUp())
        .endsWith(code.store());
  }

  @Test
  void refusesOtherWidths() {
    assertThatThrownBy(() -> new Instruction.Load(MEMORY, 3).machineCode())
        .hasMessage("an access is 1, 2, 4 or 8 bytes wide, not 3");
    assertThatThrownBy(() -> new Instruction.In(0x20, 8).machineCode())
        .hasMessage("a port access is 1, 2 or 4 bytes wide, not 8");
  }

  static List<Instruction> instructions() {
    List<Instruction> all = new ArrayList<>();
    for (int width : new int[] {1, 2, 4, 8}) {
      all.add(new Instruction.Load(REGISTER, width));
    }
    all.add(new Instruction.Store(EOI, 1, 0x11));
    all.add(new Instruction.Store(EOI, 2, 0x1122));
    all.add(new Instruction.Store(EOI, 4, 0x1122_3344));
    all.add(new Instruction.Store(EOI, 8, 0x1122_3344_5566_7788L));
    for (int width : new int[] {1, 2, 4, 8}) {
      all.add(new Instruction.LockedOr(MEMORY, width, 1));
    }
    for (int width : new int[] {1, 2, 4, 8}) {
      all.add(new Instruction.Exchange(MEMORY, width, 1));
    }
    for (int width : new int[] {1, 2, 4, 8}) {
      all.add(new Instruction.CompareExchange(MEMORY, width, -2, 1));
    }
    all.add(new Instruction.CompareExchange16(MEMORY, 1, 2, 3, 4));
    all.add(new Instruction.RepMovsb(MEMORY, MEMORY + 0x1000, 16));
    all.add(new Instruction.Enter(MEMORY, MEMORY + 0x1000, 0x1122, 3));
    for (int width : new int[] {1, 2, 4}) {
      all.add(new Instruction.In(0x20, width));
    }
    for (int width : new int[] {1, 2, 4}) {
      all.add(new Instruction.Out(0x20, width, 5));
    }
    all.addAll(
        List.of(
            new Instruction.Rdmsr(0x1B),
            new Instruction.Wrmsr(0x80B, 0x1122_3344_5566_7788L),
            new Instruction.Rdtsc(),
            new Instruction.Cpuid(0xB, 1),
            new Instruction.MovFromCr8(),
            new Instruction.MovToCr8(9),
            new Instruction.Cli(),
            new Instruction.Sti(),
            new Instruction.Hlt(),
            new Instruction.Monitor(MEMORY),
            new Instruction.Mwait(1),
            new Instruction.Pause(),
            new Instruction.Prefetch(MEMORY),
            new Instruction.Nop(),
            new Instruction.Mfence(),
            new Instruction.MovSs(),
            new Instruction.Lss(),
            new Instruction.Pushf(),
            new Instruction.Popf(0x302),
            new Instruction.Int(0x61),
            new Instruction.Int3(),
            new Instruction.Ud2(),
            new Instruction.Iret(),
            new Instruction.IretToBadSelector(),
            new Instruction.Rsm(),
            new Instruction.EnterUser(),
            new Instruction.LeaveUser(),
            new Instruction.MovFromCr(4),
            new Instruction.MovToCr(4, 0x2020),
            new Instruction.Vmxon(MEMORY),
            new Instruction.Vmxoff(),
            new Instruction.Vmclear(MEMORY),
            new Instruction.Vmptrld(MEMORY),
            new Instruction.Vmptrst(),
            new Instruction.Invept(Instruction.Invept.ALL_CONTEXTS, MEMORY | 0x1E),
            new Instruction.Vmread(0x681E),
            new Instruction.VmreadToMemory(0x681E, MEMORY),
            new Instruction.Vmwrite(0x681E, 0x1122_3344_5566_7788L),
            new Instruction.Vmlaunch(),
            new Instruction.Vmresume(),
            new Instruction.Vmcall(),
            new Instruction.Senduipi(2),
            new Instruction.Uiret(),
            new Instruction.Clui(),
            new Instruction.Stui(),
            new Instruction.Testui(),
            new Instruction.Umonitor(MEMORY),
            new Instruction.Umwait(1, 0x1122_3344_5566_7788L),
            new Instruction.Tpause(1, 0x1122_3344_5566_7788L),
            new Instruction.Xbegin(),
            new Instruction.Xend(),
            new Instruction.Xsaves(MEMORY, 0x1_0000_4000L),
            new Instruction.Xrstors(MEMORY, 0x1_0000_4000L)));
    return all;
  }

  private static List<String> golden() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(MachineCodeTest.class.getResourceAsStream("machine-code.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
