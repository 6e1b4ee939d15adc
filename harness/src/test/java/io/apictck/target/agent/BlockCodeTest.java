package io.apictck.target.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where in the code of a block each instruction lies. */
final class BlockCodeTest {
  private static final long ADDRESS = 0x70_0010;
  private static final long FLAG = 0x70_0000;

  private static final Instruction STI = new Instruction.Sti();
  private static final Instruction MOV_SS = new Instruction.MovSs();
  private static final Instruction LSS = new Instruction.Lss();
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction IN = new Instruction.In(0x20, 1);
  private static final Instruction POPF = new Instruction.Popf(2);

  @Test
  void givesTheNextInstructionForEachByte() {
    BlockCode code = assemble(IN, NOP, IN);
    List<Integer> expected = new ArrayList<>();
    add(expected, 0, head().length + setUp(IN).length + 1); // the set-up, and IN itself
    add(expected, 1, store(IN).length + 1);
    add(expected, 2, setUp(IN).length + 1);
    add(expected, 3, store(IN).length + tail().length);
    assertThat(indexes(code)).isEqualTo(expected);
  }

  @Test
  void isInOrder() {
    assertThat(assemble(IN, NOP).bytes())
        .isEqualTo(join(head(), setUp(IN), body(IN), store(IN), body(NOP), tail()));
  }

  @Test
  void knowsWhatIsAnInstructionItself() {
    BlockCode code = assemble(IN, NOP);
    List<Integer> bodies = new ArrayList<>();
    for (int i = 0; i < code.bytes().length; i++) {
      if (code.isBody(ADDRESS + i)) {
        bodies.add(i);
      }
    }
    int first = head().length + setUp(IN).length;
    assertThat(bodies).containsExactly(first, first + 1 + store(IN).length);
  }

  @Test
  void containsItsOwnBytesOnly() {
    BlockCode code = assemble(NOP);
    assertThat(code.contains(ADDRESS - 1)).isFalse();
    assertThat(code.contains(ADDRESS)).isTrue();
    assertThat(code.contains(ADDRESS + code.bytes().length - 1)).isTrue();
    assertThat(code.contains(ADDRESS + code.bytes().length)).isFalse();
  }

  // ---- shadows ----

  static List<Instruction> shadows() {
    return List.of(STI, MOV_SS, LSS);
  }

  @ParameterizedTest
  @MethodSource("shadows")
  void loadsTheOperandsOfTheNextInstructionBeforeAShadow(Instruction shadow) {
    BlockCode code = assemble(shadow, POPF, NOP);
    assertThat(code.bytes())
        .isEqualTo(
            join(head(), setUp(POPF), setUp(shadow), body(shadow), body(POPF), body(NOP), tail()));
    int first = head().length + setUp(POPF).length + setUp(shadow).length;
    assertThat(code.isBody(ADDRESS + first)).isTrue();
    assertThat(code.indexOf(ADDRESS + first)).isZero();
    assertThat(code.indexOf(ADDRESS + first + body(shadow).length)).isEqualTo(1);
    assertThat(code.indexOf(ADDRESS + first + body(shadow).length + 1)).isEqualTo(2);
  }

  @Test
  void severalShadowsInARowComeTogether() {
    assertThat(assemble(STI, MOV_SS, LSS, IN).bytes())
        .isEqualTo(
            join(
                head(),
                setUp(IN),
                setUp(LSS),
                setUp(MOV_SS),
                body(STI),
                body(MOV_SS),
                body(LSS),
                body(IN),
                store(IN),
                tail()));
  }

  @Test
  void aShadowMayBeTheLast() {
    assertThat(assemble(NOP, MOV_SS).bytes())
        .isEqualTo(join(head(), body(NOP), setUp(MOV_SS), body(MOV_SS), tail()));
  }

  @Test
  void saysThatItMayHaltBeforeSti() {
    Instruction hlt = new Instruction.Hlt();
    assertThat(assemble(STI, hlt).bytes())
        .isEqualTo(
            join(
                head(),
                new Code().halting(AgentLayout.MAILBOXES, 1).bytes(),
                body(STI),
                body(hlt),
                new Code().halting(AgentLayout.MAILBOXES, 0).bytes(),
                tail()));
  }

  @Test
  void restoresTheInterruptedContextBeforeAShadow() {
    // SS and RSP would otherwise be loaded from what was the stack before
    Instruction iret = new Instruction.Iret();
    assertThat(assemble(LSS, iret).bytes())
        .isEqualTo(
            join(
                head(),
                new Code().done(FLAG).restoreContext().bytes(),
                setUp(LSS),
                body(LSS),
                body(iret),
                tail()));
  }

  @Test
  void theSetUpOfEnterUserStaysWhereItIs() {
    // it loads RCX with the address behind the SYSRETQ that follows it
    Instruction enter = new Instruction.EnterUser();
    assertThat(assemble(STI, enter, NOP).bytes())
        .isEqualTo(
            join(
                head(),
                body(STI),
                new Code().interruptUserBelow().bytes(),
                setUp(enter),
                body(enter),
                body(NOP),
                tail()));
  }

  // ---- the end of a block ----

  @Test
  void givesWhatIsLeftToBeStored() {
    BlockCode code = assemble(NOP, IN);
    int behind = head().length + body(NOP).length + setUp(IN).length + body(IN).length;
    byte[] store = store(IN);
    for (int i = 0; i <= store.length; i++) {
      byte[] rest = new byte[store.length - i];
      System.arraycopy(store, i, rest, 0, rest.length);
      assertThat(code.restOfStore(ADDRESS + behind + i)).as("from byte %d", i).isEqualTo(rest);
    }
    assertThat(code.restOfStore(ADDRESS + code.bytes().length - 1)).isEmpty();
  }

  static List<Instruction> suspending() {
    return List.of(
        new Instruction.Hlt(),
        new Instruction.Mwait(0),
        new Instruction.Int(0x61),
        new Instruction.Int3());
  }

  @ParameterizedTest
  @MethodSource("suspending")
  void mayBeInterruptedBehindTheseWithoutHavingEnded(Instruction last) {
    assertThat(assemble(NOP, last).endsSuspended()).isTrue();
    assertThat(assemble(last, NOP).endsSuspended()).isFalse();
  }

  // ---- help ----

  private static BlockCode assemble(Instruction... instructions) {
    return BlockCode.assemble(FakeGuest.side(0), List.of(instructions), ADDRESS, FLAG);
  }

  private static List<Integer> indexes(BlockCode code) {
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < code.bytes().length; i++) {
      indexes.add(code.indexOf(ADDRESS + i));
    }
    return indexes;
  }

  private static void add(List<Integer> list, int value, int times) {
    for (int i = 0; i < times; i++) {
      list.add(value);
    }
  }

  private static byte[] head() {
    return new Code().takeCommand().loadStack().results(FLAG + 8).bytes();
  }

  private static byte[] tail() {
    return new Code().loadStack().done(FLAG).idle().bytes();
  }

  private static byte[] setUp(Instruction instruction) {
    return instruction.machineCode().setUp();
  }

  private static byte[] body(Instruction instruction) {
    return instruction.machineCode().body();
  }

  private static byte[] store(Instruction instruction) {
    return instruction.machineCode().store();
  }

  private static byte[] join(byte[]... pieces) {
    Code code = new Code();
    for (byte[] piece : pieces) {
      code.raw(piece);
    }
    return code.bytes();
  }
}
