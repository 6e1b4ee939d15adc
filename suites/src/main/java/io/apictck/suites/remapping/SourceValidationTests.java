package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who may use an entry (Intel VT-d specification, fields SVT, SQ and SID of an entry). */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class SourceValidationTests {
  private static final int INDEX = Remapping.INDEX;
  private static final int VECTOR = Remapping.VECTOR;
  private static final int LAST = 0xFFFF;

  private static void verify(Remapping remapping, Requester requester, SourceValidation source) {
    remapping.set(INDEX, remapping.entry(VECTOR).withSource(source));
    Runnable request = () -> requester.request(INDEX);
    if (SourceRule.accepts(source, requester.sourceId())) {
      remapping.verifyDelivered(request, VECTOR);
    } else {
      remapping.verifyBlocked(request, FaultReason.SOURCE, requester.sourceId(), INDEX);
    }
  }

  /** Types that are defined, all qualifiers, and IDs that differ from a requester's. */
  private static List<SourceValidation> around(int requester) {
    List<SourceValidation> all = new ArrayList<>();
    for (int qualifier = 0; qualifier < 4; qualifier++) {
      List<Integer> differences = new ArrayList<>(List.of(0, 3, 5, 6, 7, 0xC, 0xFF00, 0xFFFF));
      for (int bit = 0; bit < 16; bit++) {
        differences.add(1 << bit);
      }
      for (int difference : differences) {
        all.add(new SourceValidation(SourceValidation.NONE, qualifier, requester ^ difference));
        all.add(
            new SourceValidation(SourceValidation.REQUESTER, qualifier, requester ^ difference));
      }
      int bus = SourceRule.bus(requester);
      for (int first : List.of(0, Math.max(bus - 1, 0), bus, Math.min(bus + 1, 0xFF), 0xFF)) {
        for (int last : List.of(0, Math.max(bus - 1, 0), bus, Math.min(bus + 1, 0xFF), 0xFF)) {
          all.add(SourceValidation.buses(first, last).withQualifier(qualifier));
        }
      }
    }
    return all;
  }

  /** On any machine: the entry is varied, not the requester. */
  @InEachApicMode
  @Sweep(sample = 400)
  @Covers({"IR-SID-001", "IR-SID-002", "IR-SID-003", "IR-ORIG-001"})
  void eachRequesterIsCompared(Machine machine, Cases cases) {
    List<Requester> requesters = Requesters.all(machine);
    Remapping remapping = Remapping.start(machine);
    for (Requester requester : requesters) {
      cases.each(around(requester.sourceId()), source -> verify(remapping, requester, source));
    }
    remapping.verifyQuiet();
  }

  /** Sends for one requester after the other; blocked ones are not recorded. */
  private static void verifyRequesters(
      Machine machine, Remapping remapping, Cases cases, SourceValidation source) {
    RemappedEntry entry =
        remapping.entry(VECTOR).withSource(source).withFaultProcessingDisabled(true);
    remapping.set(INDEX, entry);
    Map<Boolean, List<Integer>> requesters =
        IntStream.rangeClosed(0, LAST)
            .boxed()
            .collect(Collectors.partitioningBy(requester -> SourceRule.accepts(source, requester)));
    cases.each(
        requesters.get(true),
        requester -> {
          Requester writer = new Requester.Writer(machine, requester);
          remapping.verifyDelivered(() -> writer.request(INDEX), VECTOR);
        });
    remapping.listeners().clear();
    cases.each(
        requesters.get(false),
        requester -> {
          new Requester.Writer(machine, requester).request(INDEX);
          remapping.verifyNotTaken();
          // what comes late is waited for once a bus
          if ((requester & 0xFF) == 0xFF) {
            remapping.verifyNothingComes();
          }
        });
    remapping.verifyNothingComes();
    assertThat(remapping.unit()).hasNoFault();
  }

  private static void verifyQualifier(Machine machine, Cases cases, int qualifier) {
    Remapping remapping = Remapping.start(machine);
    SourceValidation source =
        SourceValidation.requester(Requesters.SOURCE).withQualifier(qualifier);
    verifyRequesters(machine, remapping, cases, source);
    remapping.verifyQuiet();
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("IR-SID-002")
  void allRequestersWithAllBits(Machine machine, Cases cases) {
    verifyQualifier(machine, cases, SourceValidation.ALL_BITS);
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("IR-SID-002")
  void allRequestersWithoutBit2(Machine machine, Cases cases) {
    verifyQualifier(machine, cases, SourceValidation.WITHOUT_BIT_2);
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("IR-SID-002")
  void allRequestersWithoutBits2And1(Machine machine, Cases cases) {
    verifyQualifier(machine, cases, SourceValidation.WITHOUT_BITS_2_1);
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("IR-SID-002")
  void allRequestersWithoutBits2To0(Machine machine, Cases cases) {
    verifyQualifier(machine, cases, SourceValidation.WITHOUT_BITS_2_0);
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("IR-SID-003")
  void allRequestersWithOneBus(Machine machine, Cases cases) {
    Remapping remapping = Remapping.start(machine);
    verifyRequesters(machine, remapping, cases, SourceValidation.buses(0x42, 0x42));
    remapping.verifyQuiet();
  }

  /**
   * A range of buses, and one bus to ask for.
   *
   * @param source the range
   * @param bus the bus of the requester
   */
  private record BusCase(SourceValidation source, int bus) {}

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("IR-SID-003")
  void allBusesWithRangesOfAllKinds(Machine machine, Cases cases) {
    Remapping remapping = Remapping.start(machine);
    List<SourceValidation> ranges =
        List.of(
            SourceValidation.buses(0, 0xFF),
            SourceValidation.buses(0, 0),
            SourceValidation.buses(0xFF, 0xFF),
            SourceValidation.buses(0x10, 0x20),
            SourceValidation.buses(0x7F, 0x80),
            SourceValidation.buses(0x20, 0x10));
    for (SourceValidation range : ranges) {
      remapping.set(INDEX, remapping.entry(VECTOR).withSource(range));
      List<BusCase> buses = new ArrayList<>();
      for (int bus = 0; bus <= 0xFF; bus++) {
        buses.add(new BusCase(range, bus));
      }
      cases.each(
          buses,
          one -> {
            Requester writer = new Requester.Writer(machine, SourceRule.requester(one.bus(), 0xA5));
            if (SourceRule.accepts(range, writer.sourceId())) {
              remapping.verifyDelivered(() -> writer.request(INDEX), VECTOR);
            } else {
              remapping.verifyBlocked(
                  () -> writer.request(INDEX), FaultReason.SOURCE, writer.sourceId(), INDEX);
            }
          });
    }
    remapping.verifyQuiet();
  }

  @Test
  @Sweep
  @Covers("IR-SID-001")
  void withoutCheckAnyRequesterWillDo(Machine machine, Cases cases) {
    List<Requester> requesters = Requesters.all(machine);
    Remapping remapping = Remapping.start(machine);
    cases.range(
        0,
        3,
        qualifier -> {
          for (int sourceId : List.of(0, 1, 0xFFFF)) {
            SourceValidation source =
                new SourceValidation(SourceValidation.NONE, qualifier, sourceId);
            requesters.forEach(requester -> verify(remapping, requester, source));
          }
        });
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers("IR-SID-004")
  void theReservedTypeBlocks(Machine machine) {
    Remapping remapping = Remapping.start(machine);
    for (Requester requester : Requesters.all(machine)) {
      int id = requester.sourceId();
      for (int qualifier = 0; qualifier < 4; qualifier++) {
        remapping.set(
            INDEX,
            remapping
                .entry(VECTOR)
                .withSource(new SourceValidation(SourceValidation.RESERVED, qualifier, id)));
        remapping.verifyBlocked(
            () -> requester.request(INDEX),
            List.of(FaultReason.RESERVED_ENTRY, FaultReason.SOURCE),
            id,
            INDEX);
      }
    }
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers({"IR-SID-005", "IR-FLT-010"})
  void aSourceThatIsNotAcceptedIsBlockedEvenIfNotRecorded(Machine machine) {
    Remapping remapping = Remapping.start(machine);
    for (Requester requester : Requesters.all(machine)) {
      int id = requester.sourceId();
      int bus = SourceRule.bus(id) ^ 1;
      for (SourceValidation source :
          List.of(SourceValidation.requester(id ^ 8), SourceValidation.buses(bus, bus))) {
        remapping.set(
            INDEX, remapping.entry(VECTOR).withSource(source).withFaultProcessingDisabled(true));
        remapping.verifyDiscarded(() -> requester.request(INDEX));
      }
    }
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.INTERRUPT_POSTING)
  @Covers("IR-SID-006")
  void postedFormatIsCheckedAlike(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    PostedInterrupts descriptor = PostedInterrupts.create(machine.cpu(0));
    // suppressed: only the request is posted
    long suppressed = PostedInterruptDescriptor.SN;
    cases.each(
        around(requester.sourceId()),
        source -> {
          descriptor.setPir(new VectorSet());
          descriptor.setControl(suppressed);
          remapping.set(INDEX, PostedEntry.to(descriptor.address(), VECTOR).withSource(source));
          Runnable request = () -> requester.request(INDEX);
          if (SourceRule.accepts(source, requester.sourceId())) {
            remapping.verifyDiscarded(request);
            assertThat(descriptor.pir()).as("PIR").isEqualTo(VectorSet.of(VECTOR));
          } else {
            remapping.verifyBlocked(request, FaultReason.SOURCE, requester.sourceId(), INDEX);
            assertThat(descriptor.pir()).as("PIR").isEqualTo(new VectorSet());
          }
          assertThat(descriptor.control()).as("control of the descriptor").isEqualTo(suppressed);
        });
    remapping.verifyQuiet();
  }
}
