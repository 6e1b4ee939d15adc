package io.apictck.target.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.platform.Event;
import io.apictck.platform.GuestState;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the harness makes of VM entries and VM exits. */
final class AgentProcessorTest {
  private static final int VECTOR = 0x61;
  private static final int HLT = ExitReason.HLT.number();
  private static final int INVALID_STATE = ExitReason.ENTRY_FAILURE | 33;
  private static final Instruction NOP = new Instruction.Nop();
  private static final List<Instruction> LAUNCH = List.of(new Instruction.Vmlaunch());
  private static final List<Instruction> READ_AND_LAUNCH =
      List.of(new Instruction.In(0x20, 1), new Instruction.Vmlaunch());
  private static final List<Instruction> TWO = List.of(NOP, new Instruction.Vmcall());

  private final ByteMemory memory = new ByteMemory();
  private final AgentProcessor processor = new AgentProcessor(0, FakeGuest.SYMBOLS, memory, true);
  private final FakeGuest host = new FakeGuest(memory, 0);
  private final FakeGuest guest = host.guest(1);

  @BeforeEach
  void offerGuests() {
    processor.guest(0);
    processor.guest(1);
  }

  @Test
  void toldByTheGuestThatItWasEntered() {
    host.isEntering(guest, start(1, LAUNCH), 1);
    assertThat(events()).isEmpty();
    assertThat(processor.busy()).isTrue();
    guest.startsAfresh();
    assertThat(events()).containsExactly(new Event.VmEntered(0, 1));
    assertThat(processor.busy()).isFalse();
  }

  @Test
  void aGuestThatTellsNothingIsEnteredWhenAllIsAtRest() {
    host.isEntering(guest, start(1, LAUNCH), 1);
    assertThat(processor.mayRest()).isTrue();
    assertThat(rest()).containsExactly(new Event.VmEntered(0, 1));
    assertThat(processor.mayRest()).as("a block of the guest may be dropped").isTrue();
    assertThat(rest()).isEmpty();
  }

  @Test
  void aRefusedEntryCompletes() {
    long code = start(1, READ_AND_LAUNCH);
    host.isEntering(guest, code, 2);
    assertThat(events()).isEmpty();
    host.ends(code, 7, Instruction.STATUS_FLAGS);
    assertThat(events())
        .containsExactly(new Event.Completed(0, 1, new long[] {7, Instruction.STATUS_FLAGS}));
    assertThat(processor.mayRest()).isFalse();
  }

  @Test
  void anEntryThatLoadsBadStateOnlyExits() {
    host.isEntering(guest, start(1, LAUNCH), 1);
    host.hasExit(guest, INVALID_STATE, 0);
    assertThat(events()).containsExactly(new Event.VmExited(0, 1, INVALID_STATE, Place.IDLE));
    assertThat(processor.busy()).isFalse();
  }

  @Test
  void anExitAtOnceComesAfterItsEntry() {
    host.isEntering(guest, start(1, LAUNCH), 1);
    host.hasExit(guest, HLT, 0);
    assertThat(events())
        .containsExactly(new Event.VmEntered(0, 1), new Event.VmExited(0, 1, HLT, Place.IDLE));
  }

  @Test
  void blocksBelongToTheGuestUntilItsExit() {
    enter();
    processor.start(2, TWO);
    long code = guest.takes();
    assertThat(host.hasCommand()).isFalse();
    host.hasExit(guest, HLT, FakeGuest.body(TWO, code, 1));
    assertThat(events()).containsExactly(new Event.VmExited(0, 1, HLT, new Place(2, 1)));
    processor.start(3, LAUNCH);
    assertThat(host.hasCommand()).isTrue();
  }

  @Test
  void whatTheGuestDidComesBeforeItsExit() {
    enter();
    processor.start(2, TWO);
    guest.ends(guest.takes(), 0);
    guest.isInterrupted(VECTOR, 0);
    host.hasExit(guest, HLT, 0);
    List<Event> events = events();
    assertThat(events).hasSize(3);
    assertThat(events.get(0)).isEqualTo(new Event.Completed(0, 2, new long[] {0}));
    assertThat(events.get(1)).isInstanceOf(Event.InterruptTaken.class);
    assertThat(events.get(2)).isInstanceOf(Event.VmExited.class);
  }

  @Test
  void aSuspendedBlockGoesOnAfterTheNextEntry() {
    enter();
    processor.start(2, TWO);
    long code = guest.takes();
    host.hasExit(guest, HLT, FakeGuest.body(TWO, code, 1));
    events();
    host.isEntering(guest, start(3, LAUNCH), 1);
    guest.ends(code, 0);
    assertThat(rest())
        .containsExactly(new Event.VmEntered(0, 3), new Event.Completed(0, 2, new long[] {0}));
  }

  @Test
  void aBlockThatIsLeftBehindIsDropped() {
    enter();
    processor.start(2, TWO);
    guest.takes();
    assertThat(processor.busy()).isTrue();
    assertThat(rest()).isEmpty();
    assertThat(processor.busy()).isFalse();
  }

  @Test
  void aHaltedGuestIsNotLeftBehind() {
    enter();
    processor.start(2, TWO);
    long code = guest.takes();
    host.halts(true);
    assertThat(rest()).isEmpty();
    host.halts(false);
    guest.ends(code, 0);
    assertThat(events()).containsExactly(new Event.Completed(0, 2, new long[] {0}));
  }

  @Test
  void aFreshStartDropsContextsAndBlocks() {
    enter();
    guest.isInterrupted(VECTOR, 0);
    processor.start(2, TWO);
    guest.takes();
    host.hasExit(guest, HLT, 0);
    events();
    host.isEntering(guest, start(3, LAUNCH), 1);
    guest.startsAfresh();
    assertThat(events()).containsExactly(new Event.VmEntered(0, 3));
    assertThat(processor.busy()).isFalse();
  }

  @Test
  void whatIsInjectedHasTheTypeThatWasWritten() {
    inject(InterruptionType.SOFTWARE_EXCEPTION, Exceptions.BP);
    guest.isInterrupted(Exceptions.BP, 0);
    assertThat(events().getLast())
        .isEqualTo(new Event.ExceptionTaken(0, Exceptions.BP, 0, Place.IDLE, FakeGuest.RFLAGS));
  }

  @Test
  void anInjectedFaultEndsNoBlock() {
    inject(InterruptionType.HARDWARE_EXCEPTION, Exceptions.GP);
    guest.fails(Exceptions.GP, 0x18, 0);
    assertThat(events().getLast())
        .isEqualTo(new Event.ExceptionTaken(0, Exceptions.GP, 0x18, Place.IDLE, FakeGuest.RFLAGS));
    guest.isInterrupted(VECTOR, 0);
    assertThat(events().getLast()).isInstanceOf(Event.InterruptTaken.class);
  }

  private void inject(InterruptionType type, int vector) {
    int information = InterruptionInformation.of(type, vector).raw();
    List<Instruction> block =
        List.of(
            new Instruction.Vmwrite(
                VmcsField.ENTRY_INTERRUPTION_INFORMATION.encoding(), information),
            new Instruction.Vmlaunch());
    host.isEntering(guest, start(1, block), 2);
  }

  @Test
  void withoutVmxOperationTheEntryFaults() {
    long code = start(1, READ_AND_LAUNCH);
    long vmread = FakeGuest.body(READ_AND_LAUNCH, code, 1);
    assertThat(memory.read(vmread, 3)).as("VMREAD").containsExactly(0x0F, 0x78, 0xC3);
    host.isInterrupted(Exceptions.UD, vmread);
    assertThat(events()).containsExactly(new Event.Faulted(0, 1, 1, Exceptions.UD, 0));
  }

  @Test
  void guestsHaveTheirOwnPlaces() {
    GuestState first = processor.guest(0);
    GuestState second = processor.guest(1);
    assertThat(first.host()).isEqualTo(second.host());
    for (VmcsField own : List.of(VmcsField.GUEST_RSP, VmcsField.GUEST_GS_BASE)) {
      assertThat(first.guest().get(own)).isNotEqualTo(second.guest().get(own));
    }
  }

  // ---- help ----

  private long start(long number, List<Instruction> block) {
    processor.start(number, block);
    return host.takes();
  }

  private void enter() {
    host.isEntering(guest, start(1, LAUNCH), 1);
    guest.startsAfresh();
    events();
  }

  private List<Event> events() {
    List<Event> events = new ArrayList<>();
    processor.collect(events);
    return events;
  }

  private List<Event> rest() {
    List<Event> events = events();
    processor.cameToRest(events);
    processor.collect(events);
    return events;
  }
}
