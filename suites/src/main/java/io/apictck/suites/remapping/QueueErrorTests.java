package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.vtd.EventControl;
import io.apictck.arch.vtd.FaultStatus;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.InvalidationError;
import io.apictck.arch.vtd.InvalidationQueueAddress;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Errors that stop the invalidation queue (Intel VT-d specification, "Error Handling"). */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class QueueErrorTests {
  private static final int EVENT = 0x81;
  private static final int SIZE = InvalidationDescriptor.SIZE;

  private static void verifyStopped(Machine machine, InvalidationError error, long head) {
    RemappingUnit unit = machine.remappingUnit();
    machine.settle(() -> unit.faultStatus().queueError());
    assertThat(unit.faultStatus().queueError()).as("invalidation queue error").isTrue();
    assertThat(unit.head()).as("head of the queue that stopped").isEqualTo(head);
    // telling the reason is optional
    assertThat(InvalidationError.of(unit.read(RemappingRegister.IQERCD)))
        .as("reason of the error")
        .isIn(InvalidationError.NONE, error);
  }

  /** Clears the error, and says once more how far the queue goes. */
  private static void goOn(RemappingUnit unit, long tail) {
    unit.write(RemappingRegister.FSTS, FaultStatus.IQE);
    unit.write(RemappingRegister.IQT, tail);
  }

  private static List<InvalidationDescriptor> unknownTypes() {
    List<InvalidationDescriptor> unknown = new ArrayList<>();
    unknown.add(InvalidationDescriptor.of(0));
    for (int type = 0xA; type <= 0xF; type++) {
      unknown.add(InvalidationDescriptor.of(type));
    }
    // the upper part of the type
    for (int upper : List.of(0x10, 0x20, 0x40)) {
      unknown.add(InvalidationDescriptor.of(upper | InvalidationDescriptor.INTERRUPT_ENTRY_CACHE));
      unknown.add(InvalidationDescriptor.of(upper | InvalidationDescriptor.WAIT));
    }
    return unknown;
  }

  /** Copies of a descriptor, each with one more bit set. */
  private static List<InvalidationDescriptor> withEach(
      InvalidationDescriptor descriptor, IntPredicate bits) {
    return IntStream.range(0, 2 * Long.SIZE)
        .filter(bits)
        .mapToObj(bit ->
            bit < Long.SIZE
                ? InvalidationDescriptor.of(descriptor.low() | 1L << bit, descriptor.high())
                : InvalidationDescriptor.of(
                    descriptor.low(), descriptor.high() | 1L << (bit - Long.SIZE)))
        .toList();
  }

  private static boolean isIn(int bit, int first, int last) {
    return bit >= first && bit <= last;
  }

  /** All but the type, G, IM and IIDX. */
  private static boolean isReservedOfEntryInvalidations(int bit) {
    return isIn(bit, 5, 8) || isIn(bit, 12, 26) || bit >= 48;
  }

  /** All but the type, IF, SW, FN, PD, status data and status address. */
  private static boolean isReservedOfWaits(int bit) {
    return bit == 8 || isIn(bit, 12, 31) || isIn(bit, 64, 65);
  }

  /** Submits good, bad, good; then puts a good one in the place of the bad one. */
  private static void verifyBad(
      Machine machine, Cpu cpu, InvalidationDescriptor bad, InvalidationError error) {
    RemappingUnit unit = machine.remappingUnit();
    long queue = machine.newPage();
    long status = queue + 0x800;
    unit.enableQueue(InvalidationQueueAddress.of(queue, 0, false));
    unit.submit(
        InvalidationDescriptor.waitWriting(status, 1),
        bad,
        InvalidationDescriptor.waitWriting(status + 4, 1));
    verifyStopped(machine, error, SIZE);
    assertThat(cpu.read32(status)).as("status before the bad descriptor").isEqualTo(1);
    assertThat(cpu.read32(status + 4)).as("status behind the bad descriptor").isZero();
    InvalidationDescriptor good = InvalidationDescriptor.waitWriting(status + 8, 1);
    cpu.run(
        new Instruction.Store(queue + SIZE, 8, good.low()),
        new Instruction.Store(queue + SIZE + 8, 8, good.high()));
    goOn(unit, 3L * SIZE);
    assertThat(machine.settle(() -> unit.head() == 3L * SIZE)).as("the queue goes on").isTrue();
    assertThat(cpu.read32(status + 4)).as("status behind the mended descriptor").isEqualTo(1);
    assertThat(cpu.read32(status + 8)).as("status of the mended descriptor").isEqualTo(1);
    assertThat(unit.faultStatus()).as("fault status").isEqualTo(FaultStatus.of(0));
  }

  @Test
  @Sweep
  @Covers("IR-QI-009")
  void unknownTypesStopTheQueue(Machine machine, Cpu cpu, Cases cases) {
    cases.each(unknownTypes(), bad -> verifyBad(machine, cpu, bad, InvalidationError.INVALID_TYPE));
  }

  @Test
  @Sweep
  @Covers("IR-QI-009")
  void reservedBitsOfEntryInvalidationsStopTheQueue(Machine machine, Cpu cpu, Cases cases) {
    cases.each(
        withEach(
            InvalidationDescriptor.entries(3, 1), QueueErrorTests::isReservedOfEntryInvalidations),
        bad -> verifyBad(machine, cpu, bad, InvalidationError.RESERVED_FIELD));
  }

  @Test
  @Sweep
  @Covers("IR-QI-009")
  void reservedBitsOfWaitsStopTheQueue(Machine machine, Cpu cpu, Cases cases) {
    cases.each(
        withEach(
            InvalidationDescriptor.waitWriting(machine.newPage(), 1),
            QueueErrorTests::isReservedOfWaits),
        bad -> verifyBad(machine, cpu, bad, InvalidationError.RESERVED_FIELD));
  }

  /** The descriptor that is bad has no effect. */
  @Test
  @Covers("IR-QI-009")
  void aBadDescriptorWritesNothing(Machine machine, Cpu cpu) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(0);
    long status = machine.newPage();
    unit.submit(InvalidationDescriptor.waitWriting(status, 1).with(1L << 12, true));
    verifyStopped(machine, InvalidationError.RESERVED_FIELD, 0);
    assertThat(cpu.read32(status)).as("status of the bad descriptor").isZero();
  }

  /** Clearing the error is enough to go on. */
  @Test
  @Covers("IR-QI-009")
  void clearingTheErrorLetsTheQueueGoOn(Machine machine, Cpu cpu) {
    RemappingUnit unit = machine.remappingUnit();
    long queue = machine.newPage();
    unit.enableQueue(InvalidationQueueAddress.of(queue, 0, false));
    InvalidationDescriptor good = InvalidationDescriptor.waitWriting(machine.newPage(), 1);
    unit.submit(InvalidationDescriptor.of(0), good);
    verifyStopped(machine, InvalidationError.INVALID_TYPE, 0);
    unit.write(RemappingRegister.FSTS, 0);
    machine.expectNothing();
    assertThat(unit.faultStatus().queueError()).as("error after a write of 0").isTrue();
    assertThat(unit.head()).as("head after a write of 0").isZero();
    cpu.run(
        new Instruction.Store(queue, 8, good.low()),
        new Instruction.Store(queue + 8, 8, good.high()));
    unit.write(RemappingRegister.FSTS, FaultStatus.IQE);
    assertThat(machine.settle(() -> unit.head() == 2L * SIZE)).as("the queue goes on").isTrue();
  }

  /** While the queue is stopped a new tail moves nothing. */
  @Test
  @Covers("IR-QI-009")
  void aStoppedQueueTakesNothing(Machine machine, Cpu cpu) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(0);
    long status = machine.newPage();
    unit.submit(InvalidationDescriptor.of(0));
    verifyStopped(machine, InvalidationError.INVALID_TYPE, 0);
    unit.submit(InvalidationDescriptor.waitWriting(status, 1));
    machine.expectNothing();
    assertThat(cpu.read32(status)).as("status").isZero();
    assertThat(unit.head()).as("head").isZero();
  }

  @InEachApicMode
  @Covers({"IR-QI-009", "IR-FLT-006", "IR-FLT-007"})
  void anErrorIsAFaultEvent(Machine machine, Cpu cpu) {
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    unit.faultEvent().program(cpu, EVENT);
    cpu.sti();
    long head = unit.head();
    unit.submit(InvalidationDescriptor.of(0));
    verifyStopped(machine, InvalidationError.INVALID_TYPE, head);
    machine.expectNothing();
    assertThat(unit.faultEvent().control())
        .as("event control with a held message")
        .isEqualTo(EventControl.of(EventControl.IM | EventControl.IP));
    unit.faultEvent().setMasked(false);
    cpu.serve(EVENT);
    machine.expectNothing();
    unit.faultEvent().setMasked(true);
    // the queue is begun again, so that the bad descriptor is gone
    unit.enableQueue(0);
    unit.write(RemappingRegister.FSTS, FaultStatus.IQE);
    unit.submit(InvalidationDescriptor.of(0));
    verifyStopped(machine, InvalidationError.INVALID_TYPE, 0);
    unit.enableQueue(0);
    unit.write(RemappingRegister.FSTS, FaultStatus.IQE);
    assertThat(unit.faultEvent().control())
        .as("event control without cause")
        .isEqualTo(EventControl.of(EventControl.IM));
    unit.faultEvent().setMasked(false);
    machine.expectNothing();
  }

  @Test
  @Sweep
  @Covers("IR-QI-010")
  void aTailOutsideOfTheQueueIsAnError(Machine machine, Cases cases) {
    RemappingUnit unit = machine.remappingUnit();
    for (int size : List.of(0, 1)) {
      long bytes = (long) PagingEntry.PAGE << size;
      cases.each(
          List.of(bytes, bytes + SIZE, 2 * bytes, 0x4_0000L, InvalidationQueueAddress.OFFSET),
          tail -> {
            unit.enableQueue(size);
            unit.write(RemappingRegister.IQT, tail);
            verifyStopped(machine, InvalidationError.INVALID_TAIL, 0);
            goOn(unit, 0);
            unit.complete();
          });
    }
  }

  @Test
  @Requires(Feature.WIDE_INVALIDATION_DESCRIPTORS)
  @Covers("IR-QI-010")
  void aTailInTheMiddleOfAWideDescriptorIsAnError(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(InvalidationQueueAddress.of(machine.newPage(), 0, true));
    unit.complete();
    for (long tail : new long[] {0x10, 0x30, 0x50}) {
      long head = unit.head();
      unit.write(RemappingRegister.IQT, tail);
      verifyStopped(machine, InvalidationError.TAIL_NOT_ALIGNED, head);
      goOn(unit, head);
      unit.complete();
    }
  }

  @Test
  @Sweep
  @Requires(Feature.WIDE_INVALIDATION_DESCRIPTORS)
  @Covers("IR-QI-009")
  void theUpperHalfOfWideDescriptorsIsReserved(Machine machine, Cpu cpu, Cases cases) {
    RemappingUnit unit = machine.remappingUnit();
    cases.range(
        0,
        2 * Long.SIZE - 1,
        bit -> {
          long queue = machine.scratch(0);
          InvalidationDescriptor good =
              InvalidationDescriptor.waitWriting(machine.scratch(0x1000), 1);
          unit.enableQueue(InvalidationQueueAddress.of(queue, 0, true));
          cpu.run(
              new Instruction.Store(queue, 8, good.low()),
              new Instruction.Store(queue + 8, 8, good.high()),
              new Instruction.Store(queue + 16, 8, bit < Long.SIZE ? 1L << bit : 0),
              new Instruction.Store(queue + 24, 8, bit < Long.SIZE ? 0 : 1L << (bit - Long.SIZE)));
          unit.write(RemappingRegister.IQT, 0x20);
          verifyStopped(machine, InvalidationError.RESERVED_FIELD, 0);
          unit.enableQueue(0);
          unit.write(RemappingRegister.FSTS, FaultStatus.IQE);
        });
  }
}
