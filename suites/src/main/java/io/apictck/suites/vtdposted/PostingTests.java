package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.NotificationControl;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a request does to the descriptor, and whether it notifies (Intel VT-d specification,
 * "Interrupt-Posting Hardware Operation").
 */
@Conformance
@Requires({Feature.INTERRUPT_POSTING})
final class PostingTests {
  private static final int VECTORS = 0x100;
  private static final int PIR_QUADS = 4;

  /**
   * A descriptor before a request, and the request.
   *
   * @param on ON
   * @param suppressed SN
   * @param urgent URG
   * @param others whether all other vectors are requested
   * @param same whether its own vector is requested
   */
  private record State(
      boolean on, boolean suppressed, boolean urgent, boolean others, boolean same) {
    static List<State> all() {
      List<State> states = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        states.add(
            new State((i & 1) != 0, (i & 2) != 0, (i & 4) != 0, (i & 8) != 0, (i & 16) != 0));
      }
      return states;
    }

    /** The truth table. */
    boolean notifies() {
      return !on && (urgent || !suppressed);
    }

    NotificationControl before(NotificationControl base) {
      return base.withOutstanding(on).withSuppressed(suppressed);
    }

    NotificationControl after(NotificationControl base) {
      return base.withOutstanding(on || notifies()).withSuppressed(suppressed);
    }

    /** Quadwords of PIR; {@code own} says whether the vector is in. */
    long[] requests(int vector, boolean own) {
      long[] quads = new long[PIR_QUADS];
      Arrays.fill(quads, others ? -1 : 0);
      long bit = 1L << vector;
      quads[vector >>> 6] = own ? quads[vector >>> 6] | bit : quads[vector >>> 6] & ~bit;
      return quads;
    }
  }

  private static List<Instruction> preparing(
      PostedInterrupts descriptor, long[] requests, NotificationControl control) {
    List<Instruction> block = new ArrayList<>();
    for (int i = 0; i < PIR_QUADS; i++) {
      block.add(
          new Instruction.Exchange(descriptor.address() + i * (long) Long.BYTES, 8, requests[i]));
    }
    block.add(
        new Instruction.Exchange(
            descriptor.address() + PostedInterruptDescriptor.CONTROL, 8, control.raw()));
    return block;
  }

  private static List<Instruction> reading(PostedInterrupts descriptor) {
    List<Instruction> block = new ArrayList<>();
    for (int offset = 0; offset < PostedInterruptDescriptor.SIZE; offset += Long.BYTES) {
      block.add(new Instruction.Load(descriptor.address() + offset, 8));
    }
    return block;
  }

  @Test
  @Sweep(sample = 8)
  @Covers({
    "VTPI-OP-001",
    "VTPI-OP-002",
    "VTPI-OP-003",
    "VTPI-OP-004",
    "VTPI-OP-010",
    "VTPI-OP-013",
    "VTPI-IRTE-003",
    "VTPI-PID-001"
  })
  void eachVectorInEachState(Machine machine, Cpu cpu, Cases cases) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    // entries for all vectors, behind them the urgent ones: none was ever used
    for (int vector = 0; vector < VECTORS; vector++) {
      PostedEntry entry = PostedEntry.to(descriptor.address(), vector);
      posting.table().set(vector, entry);
      posting.table().set(VECTORS + vector, entry.withUrgent(true));
    }
    posting.unit().invalidateAll();
    NotificationControl base = posting.notifying(cpu);
    Counter notified = cpu.countInterrupts(Posting.NV);
    cpu.sti();
    cases.range(
        0,
        VECTORS - 1,
        vector -> {
          for (State state : State.all()) {
            cpu.run(
                preparing(descriptor, state.requests(vector, state.same()), state.before(base)));
            posting.request(state.urgent() ? VECTORS + vector : vector);
            verify(machine, descriptor, vector, state, notified, base);
          }
        });
    posting.hasNoFault();
  }

  private static void verify(
      Machine machine,
      PostedInterrupts descriptor,
      int vector,
      State state,
      Counter notified,
      NotificationControl base) {
    int count = state.notifies() ? 1 : 0;
    if (count != 0) {
      machine.settle(() -> notified.count() >= count);
    }
    long[] expected =
        Arrays.copyOf(state.requests(vector, true), PostedInterruptDescriptor.SIZE / Long.BYTES);
    expected[PIR_QUADS] = state.after(base).raw();
    long[] found = machine.cpu(0).run(reading(descriptor));
    if (notified.count() != count || !Arrays.equals(found, expected)) {
      throw new AssertionError(
          "vector %s with %s: %d notifications instead of %d, the descriptor is %s instead of %s"
              .formatted(
                  Hex.vector(vector), state, notified.count(), count, text(found), text(expected)));
    }
    notified.clear();
  }

  private static String text(long[] quads) {
    return Arrays.stream(quads).mapToObj(Hex::qword).toList().toString();
  }

  @Test
  @Covers({"VTPI-OP-001", "VTPI-OP-002", "VTPI-OP-009"})
  void requestsAfterTheFirstDoNotNotify(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    posting.post(descriptor, 0x31, 0x62, 0x93);
    for (int vector : new int[] {0x62, 0x62, 0x93, 0x31, 0x93}) {
      posting.request(vector);
    }
    assertThat(cpu.lapic()).requests(Posting.NV);
    cpu.sti();
    cpu.serve(Posting.NV);
    machine.expectNothing();
    Posting.holds(descriptor, posting.notifying(cpu).withOutstanding(true), 0x31, 0x62, 0x93);
  }

  @Test
  @Covers({"VTPI-OP-013", "VTPI-OP-001"})
  void eachOneAfterOnIsClearedNotifies(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    int[] vectors = {0x91, 0x91, 0x31, 0xF1, 0x32, 0x92, 0x21, 0x21};
    posting.post(descriptor, 0x91, 0x31, 0xF1, 0x32, 0x92, 0x21);
    Counter notified = cpu.countInterrupts(Posting.NV);
    cpu.sti();
    VectorSet requests = VectorSet.of();
    for (int i = 0; i < vectors.length; i++) {
      // ON is clear again, while the requests wait: also one of a higher priority
      descriptor.update(old -> old.withOutstanding(false));
      posting.request(vectors[i]);
      requests.add(vectors[i]);
      posting.isNotified(notified, i + 1);
      assertThat(descriptor.pir()).isEqualTo(requests);
    }
  }

  @Test
  @Covers({"VTPI-OP-003", "VTPI-OP-004"})
  void anUrgentOneAfterThoseThatWereSuppressedNotifies(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    NotificationControl suppressed = posting.notifying(cpu).withSuppressed(true);
    descriptor.setControl(suppressed.raw());
    posting.post(descriptor, 0x41, 0x42);
    posting.set(1, PostedEntry.to(descriptor.address(), 0x43).withUrgent(true));
    cpu.sti();
    posting.request(0x41);
    posting.request(0x42);
    machine.expectNothing();
    Posting.holds(descriptor, suppressed, 0x41, 0x42);
    posting.request(1);
    cpu.serve(Posting.NV);
    Posting.holds(descriptor, suppressed.withOutstanding(true), 0x41, 0x42, 0x43);
    posting.request(1);
    machine.expectNothing();
  }

  @Test
  @Covers("VTPI-OP-006")
  void theHandlerFindsTheRequest(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    VectorSet found = VectorSet.of();
    cpu.onInterrupt(
        Posting.NV,
        (processor, frame) -> {
          assertThat(descriptor.on()).as("ON in the handler").isTrue();
          Posting.consume(descriptor).stream().forEach(found::add);
          processor.finishInterrupt();
        });
    cpu.sti();
    for (int vector = 0x10; vector < VECTORS; vector++) {
      posting.post(descriptor, vector);
      posting.request(vector);
      int own = vector;
      machine.settle(() -> found.contains(own));
      assertThat(found).containsVector(vector);
    }
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("VTPI-OP-014")
  void eachRequestReadsTheDescriptorAnew(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    posting.post(descriptor, 0x51);
    for (int vector = 0x20; vector < VECTORS - 1; vector++) {
      Cpu target = machine.cpu(vector & 1);
      descriptor.setControl(
          NotificationControl.to(vector, target.apicId(), posting.extended())
              .withSuppressed(vector % 3 == 0)
              .raw());
      posting.request(0x51);
      if (vector % 3 != 0) {
        assertThat(target.lapic()).requests(vector);
        target.sti();
        target.serve(vector);
        target.cli();
      }
    }
    machine.cpus().forEach(each -> assertThat(each.lapic()).isIdle());
  }
}
