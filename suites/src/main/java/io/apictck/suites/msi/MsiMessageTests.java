package io.apictck.suites.msi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MsiControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Functions;
import io.apictck.suites.support.Landing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a function with MSI sends (PCI Local Bus Specification, "Sending Messages"). */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.MSI, stimuli = Stimulus.FUNCTION_INTERRUPTS)
final class MsiMessageTests {
  private static final int LAST_DATA = 0xFFFF;

  private static List<Integer> dataValues() {
    List<Integer> values = new ArrayList<>(List.of(0, LAST_DATA, 0x5A5A, 0xA5A5, 0x4061));
    for (int bit = 0; bit < 16; bit++) {
      values.add(1 << bit);
      values.add(LAST_DATA & ~(1 << bit));
    }
    return values;
  }

  @Test
  @Sweep
  @Covers({"MSI-CAP-005", "MSI-CAP-006"})
  void writesADwordWithZerosAboveItsData(Machine machine, Cases cases) {
    Landing landing = Landing.at(machine, 0);
    for (MsiCapability msi : Functions.msi(machine)) {
      msi.allocate(0);
      cases.each(
          dataValues(),
          data -> {
            msi.program(landing.address(), data);
            msi.setEnabled(true);
            msi.function().pulse(0);
            landing.expect(data);
            landing.expectNothing();
            msi.setEnabled(false);
          });
    }
  }

  @Test
  @Sweep
  @Covers("MSI-CAP-006")
  void theNumberOfTheMessageReplacesTheAllocatedBits(Machine machine, Cases cases) {
    Landing landing = Landing.at(machine, 0);
    for (MsiCapability msi : Functions.msi(machine)) {
      for (int log2 = 0; log2 <= msi.layout().multipleMessageCapable(); log2++) {
        int allocated = log2;
        int count = Math.min(1 << log2, msi.function().interrupts());
        msi.allocate(log2);
        for (int data : List.of(0x4060, 0xFFFF, 0x1111)) {
          msi.program(landing.address(), data);
          msi.setEnabled(true);
          cases.range(
              0,
              count - 1,
              number -> {
                msi.function().pulse(number);
                landing.expect((data & -(1 << allocated)) | number);
              });
          landing.expectNothing();
          msi.setEnabled(false);
        }
      }
    }
  }

  /** Which of the allocated messages another source uses is its affair, but it uses one of them. */
  @Test
  @Sweep
  @Covers("MSI-CAP-006")
  void sourcesBeyondTheAllocatedMessagesKeepToThem(Machine machine, Cases cases) {
    Landing landing = Landing.at(machine, 0);
    int data = 0x40FF;
    for (MsiCapability msi : Functions.msi(machine)) {
      for (int log2 = 0; log2 < msi.layout().multipleMessageCapable(); log2++) {
        int fixed = -(1 << log2);
        msi.allocate(log2);
        msi.program(landing.address(), data);
        msi.setEnabled(true);
        cases.range(
            1 << log2,
            Math.min(msi.messages(), msi.function().interrupts()) - 1,
            number -> {
              msi.function().pulse(number);
              machine.settle(() -> !landing.written().isEmpty());
              Map<Integer, Integer> written = landing.written();
              assertThat(written.keySet()).as("distances of what was written").isSubsetOf(0);
              assertThat(written.values())
                  .as("data of a message")
                  .allSatisfy(value -> assertThat(value & fixed).isEqualTo(data & fixed));
              landing.clear();
            });
        msi.setEnabled(false);
      }
    }
  }

  @Test
  @Records
  @Covers("MSI-CAP-007")
  void moreMessagesAllocatedThanAskedFor(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiCapability msi : Functions.msi(machine)) {
      if (msi.layout().multipleMessageCapable() == MsiControl.MAX_MULTIPLE_MESSAGE) {
        continue;
      }
      int data = 0x40E0;
      PciFunction function = msi.function();
      msi.allocate(MsiControl.MAX_MULTIPLE_MESSAGE);
      machine.observe(
          "allocated of %s, binary logarithm".formatted(msi),
          msi.control().multipleMessageEnable());
      msi.program(landing.address(), data);
      msi.setEnabled(true);
      int last = Math.min(msi.messages(), function.interrupts()) - 1;
      function.pulse(last);
      machine.settle(() -> !landing.written().isEmpty());
      machine.observe("written by message " + last, landing.written());
      assertThat(landing.written().values())
          .as("data of a message")
          .allSatisfy(value -> assertThat(value & ~0x1F).isEqualTo(data & ~0x1F));
      assertThat(landing.written().keySet()).as("distances of what was written").isSubsetOf(0);
      landing.clear();
      msi.setEnabled(false);
      msi.allocate(0);
    }
  }

  @Test
  @Covers("MSI-CAP-006")
  void eachMessageInterruptsWithItsOwnVector(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    target.sti();
    for (MsiCapability msi : Functions.msi(machine)) {
      int count = Math.min(msi.messages(), msi.function().interrupts());
      msi.program(target, 0x60);
      msi.allocate(msi.layout().multipleMessageCapable());
      msi.setEnabled(true);
      for (int number = 0; number < count; number++) {
        msi.function().pulse(number);
        target.serve(0x60 + number);
      }
      machine.expectNothing();
      msi.setEnabled(false);
    }
    assertThat(cpu.lapic()).isIdle();
    assertThat(target.lapic()).isIdle().hasNoErrors();
  }

  /** A level that goes on is one event: no more messages until it was false. */
  @Test
  @Covers("MSI-CAP-005")
  void aConditionThatStaysSendsOneMessage(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiCapability msi : Functions.msi(machine)) {
      msi.program(landing.address(), 0x4061);
      msi.setEnabled(true);
      msi.function().interrupt(0, true);
      landing.expect(0x4061);
      landing.expectNothing();
      msi.function().interrupt(0, false);
      landing.expectNothing();
      msi.function().interrupt(0, true);
      landing.expect(0x4061);
      msi.function().interrupt(0, false);
      msi.setEnabled(false);
    }
  }
}
