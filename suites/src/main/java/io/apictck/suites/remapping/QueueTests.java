package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.vtd.InvalidationDescriptor;
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
import org.junit.jupiter.api.Test;

/** The invalidation queue (Intel VT-d specification, "Queued Invalidation Interface"). */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class QueueTests {
  private static final int BATCH = 64;

  private static void settleEmpty(Machine machine, RemappingUnit unit) {
    assertThat(machine.settle(() -> unit.head() == unit.tail()))
        .as(() -> "head %xh reaches tail %xh".formatted(unit.head(), unit.tail()))
        .isTrue();
  }

  /** Queues of one, two and eight pages, each filled for more than a lap. */
  @Test
  @Covers("IR-QI-001")
  void theQueueIsARing(Machine machine, Cpu cpu) {
    RemappingUnit unit = machine.remappingUnit();
    long statuses = machine.newPage();
    for (int size : List.of(0, 1, 3)) {
      unit.enableQueue(size);
      int bytes = PagingEntry.PAGE << size;
      int laps = bytes / InvalidationDescriptor.SIZE + 3 * BATCH;
      for (int done = 0; done < laps; done += BATCH) {
        List<InvalidationDescriptor> batch = new ArrayList<>();
        List<Instruction> reading = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
          long at = statuses + 4L * i;
          batch.add(InvalidationDescriptor.waitWriting(at, (size + 1) * 0x10_0000 + done + i));
          reading.add(new Instruction.Load(at, 4));
        }
        int submitted = done;
        cpu.runInPieces(unit.submitting(batch));
        settleEmpty(machine, unit);
        assertThat(unit.head())
            .as("head after %d descriptors", done + BATCH)
            .isEqualTo((long) (done + BATCH) * InvalidationDescriptor.SIZE % bytes);
        long[] written = cpu.runInPieces(reading);
        for (int i = 0; i < BATCH; i++) {
          assertThat(written[i])
              .as("status of descriptor %d", submitted + i)
              .isEqualTo((size + 1) * 0x10_0000 + submitted + i);
        }
      }
      assertThat(unit.faultStatus().queueError()).as("invalidation queue error").isFalse();
    }
  }

  @Test
  @Covers("IR-QI-001")
  void descriptorsBeyondTheTailWait(Machine machine, Cpu cpu) {
    RemappingUnit unit = machine.remappingUnit();
    long status = machine.newPage();
    long queue = machine.newPage();
    unit.enableQueue(InvalidationQueueAddress.of(queue, 0, false));
    for (int i = 0; i < 4; i++) {
      InvalidationDescriptor descriptor = InvalidationDescriptor.waitWriting(status + 4L * i, 7);
      cpu.run(
          new Instruction.Store(queue + 16L * i, 8, descriptor.low()),
          new Instruction.Store(queue + 16L * i + 8, 8, descriptor.high()));
    }
    for (int tail = 0; tail <= 4; tail++) {
      unit.write(RemappingRegister.IQT, 16L * tail);
      settleEmpty(machine, unit);
      machine.expectNothing();
      for (int i = 0; i < 4; i++) {
        assertThat(cpu.read32(status + 4L * i))
            .as("status of descriptor %d with tail %xh", i, 16 * tail)
            .isEqualTo(i < tail ? 7 : 0);
      }
    }
  }

  @Test
  @Sweep
  @Covers("IR-QI-005")
  void aStatusIsOneDword(Machine machine, Cpu cpu, Cases cases) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(0);
    long page = machine.newPage();
    cases.range(
        0,
        31,
        bit -> {
          for (int data : List.of(1 << bit, ~(1 << bit))) {
            long at = page + 4L + 4L * bit;
            cpu.write32(at - 4, 0x5AC3_96E0);
            cpu.write32(at, 0x1234_5678);
            cpu.write32(at + 4, 0x5AC3_96E1);
            unit.submit(InvalidationDescriptor.waitWriting(at, data));
            unit.complete();
            assertThat(cpu.read32(at)).as("status").isEqualTo(data);
            assertThat(cpu.read32(at - 4)).as("below the status").isEqualTo(0x5AC3_96E0);
            assertThat(cpu.read32(at + 4)).as("above the status").isEqualTo(0x5AC3_96E1);
          }
        });
  }

  @Test
  @Covers("IR-QI-005")
  void withoutStatusWriteNothingIsWritten(Machine machine, Cpu cpu) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(0);
    long status = machine.newPage();
    cpu.write32(status, 0x1234_5678);
    unit.submit(
        InvalidationDescriptor.waitWriting(status, -1)
            .with(InvalidationDescriptor.STATUS_WRITE, false)
            .with(InvalidationDescriptor.INTERRUPT, true));
    unit.complete();
    settleEmpty(machine, unit);
    assertThat(cpu.read32(status)).as("status").isEqualTo(0x1234_5678);
  }

  /** When the status is there, what was in front of it in the queue has been done. */
  @InEachApicMode
  @Covers({"IR-QI-002", "IR-QI-005"})
  void aStatusTellsOfTheInvalidationBeforeIt(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    Runnable request = () -> requester.request(Remapping.INDEX);
    for (int vector = 0x40; vector < 0x50; vector++) {
      remapping.table().set(Remapping.INDEX, remapping.entry(vector));
      remapping
          .unit()
          .complete(
              vector % 2 == 0
                  ? InvalidationDescriptor.allEntries()
                  : InvalidationDescriptor.entries(Remapping.INDEX, 0));
      remapping.verifyDelivered(request, vector);
      // an invalidation that was put off is done now, and the entry is in use again
      remapping.unit().complete();
      remapping.verifyDelivered(request, vector);
    }
    remapping.verifyQuiet();
  }

  @Test
  @Covers("IR-QI-008")
  void behindAFenceComesWhatIsBehindIt(Machine machine, Cpu cpu) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(0);
    long status = machine.newPage();
    for (int i = 1; i < 0x40; i += 2) {
      unit.submit(
          InvalidationDescriptor.allEntries(),
          InvalidationDescriptor.waitWriting(status, i).with(InvalidationDescriptor.FENCE, true),
          InvalidationDescriptor.allEntries(),
          InvalidationDescriptor.waitWriting(status, i + 1));
      unit.complete();
      assertThat(cpu.read32(status)).as("the status that was written last").isEqualTo(i + 1);
    }
    assertThat(unit.faultStatus().queueError()).as("invalidation queue error").isFalse();
  }

  @Test
  @Requires(Feature.WIDE_INVALIDATION_DESCRIPTORS)
  @Covers({"IR-QI-001", "IR-QI-005"})
  void wideDescriptorsAreTwiceAsFarApart(Machine machine, Cpu cpu) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(InvalidationQueueAddress.of(machine.newPage(), 0, true));
    long status = machine.newPage();
    for (int i = 1; i <= 130; i++) {
      unit.submit(InvalidationDescriptor.waitWriting(status, i));
      settleEmpty(machine, unit);
      assertThat(unit.head()).as("head").isEqualTo(0x20L * i % PagingEntry.PAGE);
      assertThat(cpu.read32(status)).as("status").isEqualTo(i);
    }
  }
}
