package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vtd.Capability;
import io.apictck.arch.vtd.EventControl;
import io.apictck.arch.vtd.ExtendedCapability;
import io.apictck.arch.vtd.FaultStatus;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Feature;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The register page (Intel VT-d specification, "Register Descriptions"). */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class RegisterTests {
  private static final long LOWER_HALF = 0xFFFF_FFFFL;

  private static final Set<RemappingRegister> READ_ONLY =
      EnumSet.of(
          RemappingRegister.VER,
          RemappingRegister.CAP,
          RemappingRegister.ECAP,
          RemappingRegister.GSTS,
          RemappingRegister.IQH);

  @Test
  @Covers("IR-REG-001")
  void capabilitiesBelongTogether(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    ExtendedCapability extended = unit.extendedCapability();
    if (extended.interruptRemapping()) {
      assertThat(extended.queuedInvalidation()).as("ECAP.QI of a unit with ECAP.IR").isTrue();
    }
    if (extended.extendedInterruptMode()) {
      assertThat(extended.interruptRemapping()).as("ECAP.IR of a unit with ECAP.EIM").isTrue();
    }
    assertThat(unit.read(RemappingRegister.VER) >>> 4 & 0xF)
        .as("major version")
        .isGreaterThanOrEqualTo(1);
  }

  /** The specification does not say how far they may lie behind the other registers. */
  @Test
  @Records
  @Covers("IR-REG-001")
  void whereTheFaultRecordingRegistersLie(Machine machine) {
    Capability capability = machine.remappingUnit().capability();
    machine.observe("fault recording registers", capability.faultRecords());
    machine.observe(
        "offset of the fault recording registers", Hex.dword(capability.faultRecordOffset()));
  }

  /** The largest index mask that is offered works. */
  @Test
  @Covers("IR-REG-001")
  void theLargestIndexMaskIsAccepted(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(0);
    int mask = unit.extendedCapability().maximumIndexMask();
    unit.complete(InvalidationDescriptor.entries(0, mask));
    assertThat(unit.faultStatus().queueError()).as("IQE after index mask %d", mask).isFalse();
  }

  @Test
  @Covers("IR-REG-005")
  void theTableAddressHasTheseBits(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    unit.write(RemappingRegister.IRTA, -1L);
    long ones = unit.read(RemappingRegister.IRTA);
    boolean extended = unit.extendedCapability().extendedInterruptMode();
    assertThat(ones & 0x7F0).as("bits 10:4").isZero();
    assertThat(ones & InterruptRemappingTableAddress.MAXIMUM_SIZE)
        .as("size")
        .isEqualTo(InterruptRemappingTableAddress.MAXIMUM_SIZE);
    assertThat(ones & InterruptRemappingTableAddress.EIME)
        .as("extended interrupt mode")
        .isEqualTo(extended ? InterruptRemappingTableAddress.EIME : 0);
    assertThat(ones & 0xFFFF_F000L).as("bits 31:12").isEqualTo(0xFFFF_F000L);
    unit.write(RemappingRegister.IRTA, 0);
    assertThat(unit.read(RemappingRegister.IRTA)).as("table address").isZero();
  }

  @Test
  @Sweep
  @Covers("IR-REG-005")
  void eachBitOfTheTableAddressIsItsOwn(Machine machine, Cases cases) {
    RemappingUnit unit = machine.remappingUnit();
    // all machines have addresses of 36 bits
    cases.range(
        12,
        35,
        bit -> {
          long value = (1L << bit) | (bit & InterruptRemappingTableAddress.MAXIMUM_SIZE);
          unit.write(RemappingRegister.IRTA, value);
          assertThat(unit.read(RemappingRegister.IRTA)).as("table address").isEqualTo(value);
        });
  }

  @Test
  @OnMachine(without = Feature.EXTENDED_INTERRUPT_MODE)
  @Covers("IR-REG-005")
  void withoutExtendedModeItsBitIsReserved(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    unit.write(RemappingRegister.IRTA, InterruptRemappingTableAddress.EIME);
    assertThat(unit.read(RemappingRegister.IRTA)).as("table address").isZero();
  }

  @Test
  @Covers("IR-REG-011")
  void registersOf64BitsAreReadByHalves(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    unit.enableQueue(0);
    unit.complete();
    for (RemappingRegister register :
        List.of(
            RemappingRegister.CAP,
            RemappingRegister.ECAP,
            RemappingRegister.IQH,
            RemappingRegister.IQT,
            RemappingRegister.IQA,
            RemappingRegister.IRTA)) {
      long whole = unit.read(register);
      assertThat(Integer.toUnsignedLong(unit.readHalf(register, 0)))
          .as("bits 31:0 of %s", register)
          .isEqualTo(whole & LOWER_HALF);
      assertThat(Integer.toUnsignedLong(unit.readHalf(register, 1)))
          .as("bits 63:32 of %s", register)
          .isEqualTo(whole >>> Integer.SIZE);
    }
  }

  @Test
  @Covers("IR-REG-011")
  void theTableAddressIsWrittenByHalves(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    int lower = 0x1234_5003;
    for (int first = 0; first < 2; first++) {
      unit.write(RemappingRegister.IRTA, 0);
      for (int half : List.of(first, 1 - first)) {
        unit.writeHalf(RemappingRegister.IRTA, half, half == 0 ? lower : 0x5);
      }
      assertThat(unit.read(RemappingRegister.IRTA))
          .as("table address after half %d was written first", first)
          .isEqualTo(0x5L << Integer.SIZE | lower);
    }
  }

  @Test
  @Covers("IR-REG-011")
  void aTableThatIsSetByHalvesWorks(Machine machine) {
    Remapping remapping = Remapping.start(machine);
    Requester requester = Requesters.any(machine);
    RemappingUnit unit = remapping.unit();
    remapping.set(Remapping.INDEX, remapping.entry(Remapping.VECTOR));
    long register = remapping.table().register(remapping.extended()).raw();
    unit.write(RemappingRegister.IRTA, 0);
    unit.writeHalf(RemappingRegister.IRTA, 0, (int) register);
    unit.writeHalf(RemappingRegister.IRTA, 1, (int) (register >>> Integer.SIZE));
    unit.enable(GlobalCommand.SIRTP);
    unit.invalidateAll();
    remapping.verifyDelivered(() -> requester.request(Remapping.INDEX), Remapping.VECTOR);
    remapping.verifyQuiet();
  }

  @Test
  @Covers("IR-REG-012")
  void readOnlyRegistersIgnoreWrites(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    for (RemappingRegister register : READ_ONLY) {
      long before = unit.read(register);
      for (long value : new long[] {-1L, 0}) {
        unit.write(register, value);
        assertThat(unit.read(register)).as("%s after a write", register).isEqualTo(before);
      }
    }
  }

  @Test
  @Covers("IR-REG-012")
  void reservedBitsOfStatusAndControlReadZero(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    unit.write(RemappingRegister.FSTS, LOWER_HALF);
    assertThat(unit.faultStatus()).as("fault status").isEqualTo(FaultStatus.of(0));
    unit.write(RemappingRegister.ICS, LOWER_HALF);
    assertThat(unit.read(RemappingRegister.ICS)).as("completion status").isZero();
    for (RemappingRegister control : List.of(RemappingRegister.FECTL, RemappingRegister.IECTL)) {
      unit.write(control, LOWER_HALF);
      assertThat((int) unit.read(control)).as("%s", control).isEqualTo(EventControl.IM);
      unit.write(control, LOWER_HALF & ~Integer.toUnsignedLong(EventControl.IM));
      assertThat((int) unit.read(control)).as("%s", control).isZero();
    }
    int commands = Stream.of(GlobalCommand.values()).mapToInt(GlobalCommand::mask).sum();
    assertThat(unit.status() & ~commands).as("reserved bits of the global status").isZero();
  }

  @Test
  @Covers({"IR-REG-012", "IR-FLT-003"})
  void whatTellsOfAPendingFaultIsReadOnly(Machine machine) {
    Remapping remapping = Remapping.start(machine);
    Requester requester = Requesters.any(machine);
    RemappingUnit unit = remapping.unit();
    requester.request(Remapping.INDEX);
    machine.settle(() -> unit.faultStatus().pending());
    FaultStatus status = unit.faultStatus();
    assertThat(status.pending()).as("primary pending fault").isTrue();
    unit.write(RemappingRegister.FSTS, LOWER_HALF);
    assertThat(unit.faultStatus()).as("fault status after a write of ones").isEqualTo(status);
    unit.write(RemappingRegister.FSTS, 0);
    assertThat(unit.faultStatus()).as("fault status after a write of zeros").isEqualTo(status);
    unit.clearFaults();
    assertThat(unit.faultStatus().pending()).as("primary pending fault").isFalse();
    remapping.verifyQuiet();
  }
}
