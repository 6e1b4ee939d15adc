package io.apictck.model.processor;

import static io.apictck.model.processor.Bench.completed;
import static io.apictck.model.processor.Bench.selfIpi;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.arch.Cr4;
import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.arch.uintr.UserInterruptFrame;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.platform.Event;
import io.apictck.platform.Event.UserInterruptTaken;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How user interrupts show in the SPI, and what the model decides where the manual is silent. */
class UserInterruptTest {
  private static final long STACK = 0x100_8000L;
  private static final long DESCRIPTOR = 0x100_9000L;
  private static final int UINV = 0xEC;
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction STUI = new Instruction.Stui();
  private static final Instruction UIRET = new Instruction.Uiret();
  private static final Instruction ENTER_USER = new Instruction.EnterUser();
  private static final long FRAME = STACK - UserInterruptFrame.SIZE;

  private final Bench bench = Bench.of(1);

  @BeforeEach
  void enable() {
    bench.run(
        0,
        new Instruction.MovToCr(4, bench.values(new Instruction.MovFromCr(4))[0] | Cr4.UINTR),
        new Instruction.Wrmsr(Msr.IA32_UINTR_HANDLER, UserInterruptUnit.HANDLER),
        new Instruction.Wrmsr(Msr.IA32_UINTR_STACKADJUST, STACK | 1),
        new Instruction.Wrmsr(Msr.IA32_UINTR_MISC, new UserInterruptMisc(0, UINV).raw()),
        new Instruction.Wrmsr(Msr.IA32_UINTR_PD, DESCRIPTOR),
        new Instruction.Wrmsr(Msr.IA32_UINTR_RR, 1 << 5));
  }

  private static UserInterruptTaken taken(int vector, Place place) {
    return new UserInterruptTaken(0, vector, place, Rflags.FIXED, FRAME);
  }

  @Test
  void suspendsTheBlockAndGoesBackToIt() {
    assertThat(bench.run(0, ENTER_USER, STUI, NOP)).containsExactly(taken(5, new Place(3, 2)));
    assertThat(bench.run(0, new Instruction.Load(FRAME, 8), UIRET))
        .containsExactly(completed(0, 4, 5), completed(0, 3));
  }

  @Test
  void comesBehindTheEndOfABlock() {
    assertThat(bench.run(0, ENTER_USER, STUI))
        .containsExactly(completed(0, 3), taken(5, Place.IDLE));
    assertThat(bench.run(0, UIRET)).containsExactly(completed(0, 4));
  }

  @Test
  void uiretGoesWhereTheFrameSays() {
    bench.run(0, ENTER_USER, STUI, new Instruction.Pushf(), NOP);
    long rip = bench.values(new Instruction.Load(FRAME + UserInterruptFrame.RIP, 8))[0];

    // behind PUSHF, which is one byte long and then gives what stood in its register
    List<Event> events =
        bench.run(0, new Instruction.Store(FRAME + UserInterruptFrame.RIP, 8, rip + 1), UIRET);

    assertThat(events).containsExactly(completed(0, 5), completed(0, 3, -1));
  }

  @Test
  void uiretNeedsAHandler() {
    assertThatThrownBy(() -> bench.run(0, UIRET))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("UIRET outside of a handler of user interrupts");
  }

  @Test
  void theHandlerMustBeThatOfTests() {
    bench.run(0, new Instruction.Wrmsr(Msr.IA32_UINTR_HANDLER, 0x1234));
    assertThatThrownBy(() -> bench.run(0, ENTER_USER, STUI))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("UIHANDLER is 1234h, where no handler of a test is");
  }

  @Test
  void iretDoesNotLeaveItsHandler() {
    bench.run(0, ENTER_USER, STUI);
    assertThat(bench.run(0, new Instruction.Iret()))
        .containsExactly(new Event.Faulted(0, 4, 0, Exceptions.GP, 0));
  }

  @Test
  void aNotificationEndsHltWithoutAHandler() {
    assertThat(bench.run(0, selfIpi(UINV), new Instruction.Sti(), new Instruction.Hlt(), NOP))
        .containsExactly(completed(0, 3));
    assertThat(bench.chipset().ended).isEqualTo(1);
  }

  @Test
  void withoutTheFeatureTheMsrsAndInstructionsAreGone() {
    Bench without = Bench.without(Feature.USER_INTERRUPTS);
    assertThat(without.run(0, new Instruction.Rdmsr(Msr.IA32_UINTR_RR)))
        .containsExactly(new Event.Faulted(0, 1, 0, Exceptions.GP, 0));
    assertThat(without.run(0, STUI)).containsExactly(new Event.Faulted(0, 2, 0, Exceptions.UD, 0));
  }
}
