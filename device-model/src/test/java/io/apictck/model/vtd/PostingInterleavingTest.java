package io.apictck.model.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.Vmcs;
import io.apictck.model.processor.vmx.VmxWorld;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Remapping units post to one descriptor while a processor clears ON and takes the requests, and
 * while a hypervisor clears SN, at every order of their atomic steps: no request is lost, and none
 * is taken twice. The steps are those of the model itself: {@link Posting} of the units,
 * posted-interrupt processing of the processor with one locked access to the descriptor each.
 */
final class PostingInterleavingTest {
  private static final int PAGE = 0x1000;
  private static final int DESCRIPTOR = 0x3000;
  private static final int CONTROL = DESCRIPTOR + PostedInterruptDescriptor.CONTROL;
  private static final int MEMORY = 0x4000;
  private static final int NOTIFICATION = 0xF2;
  // in one quadword, so that one write can destroy the other one's request
  private static final int FIRST = 0x61;
  private static final int SECOND = 0x62;
  private static final int PIR_QUAD = DESCRIPTOR + FIRST / Long.SIZE * Long.BYTES;

  /** Makes the poster of a unit, whose steps may be torn apart. */
  @FunctionalInterface
  private interface Maker extends BiFunction<RemappingWorld, Interleaver.Turn, Poster> {}

  /** A descriptor in memory, and who works with it. */
  private static final class World implements Interleaver.Scenario, RemappingWorld {
    final ByteBuffer memory = ByteBuffer.allocate(MEMORY).order(ByteOrder.LITTLE_ENDIAN);
    final Maker maker;
    final List<PostedEntry> entries;
    final boolean suppressed;
    final List<Integer> taken = new ArrayList<>();
    boolean notified;
    int notifications;

    World(Maker maker, List<PostedEntry> entries, boolean suppressed) {
      this.maker = maker;
      this.entries = entries;
      this.suppressed = suppressed;
      long control = PostedInterruptDescriptor.control(NOTIFICATION, 1, false);
      memory.putLong(CONTROL, suppressed ? control | PostedInterruptDescriptor.SN : control);
    }

    @Override
    public List<Interleaver.Agent> agents() {
      List<Interleaver.Agent> agents = new ArrayList<>();
      entries.forEach(entry -> agents.add(turn -> post(turn, entry)));
      agents.add(turn -> new Processor(this, turn).run());
      if (suppressed) {
        agents.add(this::scheduleIn);
      }
      return agents;
    }

    private void post(Interleaver.Turn turn, PostedEntry entry) {
      Posting posting = maker.apply(this, turn).begin(entry, false);
      assertThat(posting.update()).isEmpty();
      turn.stop();
      posting.complete();
    }

    /** Software: clears SN, and looks at the requests after that. */
    private void scheduleIn(Interleaver.Turn turn) {
      memory.putLong(CONTROL, memory.getLong(CONTROL) & ~PostedInterruptDescriptor.SN);
      turn.stop();
      boolean waits = false;
      for (int offset = 0; offset < PostedInterruptDescriptor.CONTROL; offset += Long.BYTES) {
        waits |= memory.getLong(DESCRIPTOR + offset) != 0;
      }
      // to itself, and nobody else looks at it
      notified |= waits;
    }

    /** No one has a step left: all were taken once, and the next request would notify. */
    @Override
    public boolean isRight() {
      return taken.size() == entries.size()
          && entries.stream().allMatch(entry -> taken.contains(entry.vector()))
          && (memory.getLong(CONTROL) & PostedInterruptDescriptor.ON) == 0
          && (memory.getLong(CONTROL) & PostedInterruptDescriptor.SN) == 0
          && notifications <= entries.size();
    }

    @Override
    public boolean isReadable(long address, int length) {
      return true;
    }

    @Override
    public boolean isWritable(long address, int length) {
      return true;
    }

    @Override
    public long read(long address, int width) {
      return memory.getLong((int) address);
    }

    @Override
    public void write(long address, int width, long value) {
      memory.putLong((int) address, value);
    }

    @Override
    public boolean send(InterruptMessage message) {
      assertThat(message.vector()).isEqualTo(NOTIFICATION);
      notified = true;
      notifications++;
      return true;
    }
  }

  /** A processor in VMX non-root operation that takes notification after notification. */
  private static final class Processor implements VmxWorld {
    private final World world;
    private final Interleaver.Turn turn;
    private long requests;

    Processor(World world, Interleaver.Turn turn) {
      this.world = world;
      this.turn = turn;
    }

    void run() {
      Vmcs vmcs = new Vmcs();
      set(vmcs, VmxControl.ACTIVATE_SECONDARY_CONTROLS);
      set(vmcs, VmxControl.USE_TPR_SHADOW);
      set(vmcs, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
      set(vmcs, VmxControl.PROCESS_POSTED_INTERRUPTS);
      vmcs.set(VmcsField.VIRTUAL_APIC_ADDRESS, PAGE);
      vmcs.set(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, DESCRIPTOR);
      vmcs.set(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, NOTIFICATION);
      ApicVirtualization apic = new ApicVirtualization(this);
      apic.enter(vmcs);
      while (true) {
        turn.stop(() -> world.notified);
        world.notified = false;
        assertThat(apic.notified(NOTIFICATION)).isTrue();
      }
    }

    private static void set(Vmcs vmcs, VmxControl control) {
      VmcsField field = control.vector().field();
      vmcs.set(field, vmcs.get(field) | control.mask());
    }

    /**
     * A locked access to the descriptor is one step: it begins here. Quadwords that nobody else
     * writes belong to the step before.
     */
    @Override
    public long read(long address, int width) {
      if (address < DESCRIPTOR) {
        return width == Long.BYTES
            ? world.memory.getLong((int) address)
            : width == Integer.BYTES
                ? Integer.toUnsignedLong(world.memory.getInt((int) address))
                : world.memory.get((int) address) & 0xFFL;
      }
      if (address == CONTROL || address == PIR_QUAD) {
        turn.stop();
      }
      long value = world.memory.getLong((int) address);
      requests = address < CONTROL ? value : 0;
      return value;
    }

    @Override
    public void write(long address, int width, long value) {
      if (address >= DESCRIPTOR) {
        world.memory.putLong((int) address, value);
        int first = (int) (address - DESCRIPTOR) * Byte.SIZE;
        for (int i = 0; i < Long.SIZE; i++) {
          if ((requests >>> i & 1) != 0) {
            world.taken.add(first + i);
          }
        }
      } else if (width == Integer.BYTES) {
        world.memory.putInt((int) address, (int) value);
      } else {
        world.memory.putLong((int) address, value);
      }
    }

    @Override
    public boolean x2apic() {
      return false;
    }

    @Override
    public void endOfInterrupt() {
      // the notification is in service no longer
    }

    @Override
    public void sendIpi(int vector, int apicId) {
      throw new AssertionError("nobody asked for an IPI");
    }

    @Override
    public void virtualInterruptChanged() {
      // the guest has IF = 0
    }
  }

  private static void tell(TestReporter reporter, String what, Interleaver.Result result) {
    reporter.publishEntry(what, result.orders() + " orders, " + result.wrong() + " wrong");
  }

  private static final PostedEntry POSTS_FIRST = PostedEntry.to(DESCRIPTOR, FIRST);
  private static final PostedEntry POSTS_SECOND = PostedEntry.to(DESCRIPTOR, SECOND);
  private static final List<PostedEntry> BOTH = List.of(POSTS_FIRST, POSTS_SECOND);

  private static void isAlwaysRight(
      TestReporter reporter, String what, List<PostedEntry> entries, boolean suppressed) {
    Interleaver.Result result =
        Interleaver.run(() -> new World((world, turn) -> new Poster(world), entries, suppressed));
    tell(reporter, what, result);
    assertThat(result.wrong()).as("orders of %s that end wrongly", what).isZero();
    assertThat(result.orders()).as("orders of %s", what).isGreaterThan(20);
  }

  @Test
  void noRequestIsLostOrTakenTwiceWhileAProcessorTakesThem(TestReporter reporter) {
    isAlwaysRight(reporter, "two posts, a processor", BOTH, false);
  }

  @Test
  void noRequestIsLostWhileSnIsCleared(TestReporter reporter) {
    isAlwaysRight(reporter, "a post, a processor, a hypervisor", List.of(POSTS_FIRST), true);
    isAlwaysRight(
        reporter,
        "an urgent post, a processor, a hypervisor",
        List.of(POSTS_FIRST.withUrgent(true)),
        true);
    isAlwaysRight(reporter, "two posts, a processor, a hypervisor", BOTH, true);
  }

  /** Reads and writes of its update are steps of their own. */
  private static final class Torn extends Poster {
    private final Interleaver.Turn turn;

    Torn(RemappingWorld world, Interleaver.Turn turn) {
      super(world);
      this.turn = turn;
    }

    @Override
    void request(long descriptor, int vector) {
      long at = descriptor + vector / Long.SIZE * (long) Long.BYTES;
      long before = world.read(at, Long.BYTES);
      turn.stop();
      world.write(at, Long.BYTES, before | 1L << vector);
    }
  }

  /** ON is set from what was read before the request, which others can see already. */
  private static final class LateOn extends Poster {
    private final Interleaver.Turn turn;

    LateOn(RemappingWorld world, Interleaver.Turn turn) {
      super(world);
      this.turn = turn;
    }

    @Override
    void setOutstanding(long descriptor, long control) {
      turn.stop();
      super.setOutstanding(descriptor, control);
    }
  }

  /** The control is read and tested before the request is set. */
  private static final class TestsFirst extends Poster {
    private final Interleaver.Turn turn;

    TestsFirst(RemappingWorld world, Interleaver.Turn turn) {
      super(world);
      this.turn = turn;
    }

    @Override
    void request(long descriptor, int vector) {
      turn.stop();
      super.request(descriptor, vector);
    }

    @Override
    void setOutstanding(long descriptor, long control) {
      // with what is there now: only the decision is old
      super.setOutstanding(descriptor, control(descriptor));
    }
  }

  private static void isWrongSomewhere(
      TestReporter reporter,
      String what,
      Maker maker,
      List<PostedEntry> entries,
      boolean suppressed) {
    Interleaver.Result result = Interleaver.run(() -> new World(maker, entries, suppressed));
    tell(reporter, what, result);
    assertThat(result.wrong()).as("orders in which it is wrong: %s", what).isPositive();
  }

  @Test
  void aRequestThatIsNotSetAtomicallyLosesOthers(TestReporter reporter) {
    isWrongSomewhere(reporter, "PIR read and written apart", Torn::new, BOTH, false);
  }

  @Test
  void onThatIsNotSetAtomicallyLosesTheClearingOfSn(TestReporter reporter) {
    List<PostedEntry> urgent = List.of(POSTS_FIRST.withUrgent(true));
    isWrongSomewhere(reporter, "ON written apart", LateOn::new, urgent, true);
  }

  @Test
  void snThatIsTestedBeforeTheRequestIsSetLosesIt(TestReporter reporter) {
    List<PostedEntry> one = List.of(POSTS_FIRST);
    isWrongSomewhere(reporter, "SN tested before the request", TestsFirst::new, one, true);
  }
}
