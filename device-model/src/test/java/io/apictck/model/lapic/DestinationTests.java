package io.apictck.model.lapic;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DestinationTests {
  private static final int VECTOR = 0x41;
  private static final int FLAT = 0xFFFF_FFFF;
  private static final int CLUSTER = 0x0FFF_FFFF;

  @ParameterizedTest(name = "LDR {0}, MDA {1}: {2}")
  @CsvSource({
    "0x01, 0x01, true",
    "0x02, 0x01, false",
    "0x01, 0x05, true",
    "0x02, 0x05, false",
    "0x04, 0x05, true",
    "0x03, 0x02, true",
    "0x00, 0x01, false",
    "0x00, 0xFF, true",
    "0x0F, 0x00, false"
  })
  void flatLogicalDestinationNeedsACommonBit(int ldr, int mda, boolean matches) {
    assertThat(isReached(FLAT, ldr, mda)).isEqualTo(matches);
  }

  @ParameterizedTest(name = "LDR {0}, MDA {1}: {2}")
  @CsvSource({
    "0x21, 0x23, true",
    "0x22, 0x23, true",
    "0x24, 0x23, false",
    "0x31, 0x23, false",
    "0x28, 0x2F, true",
    "0x00, 0xFF, true",
    "0x21, 0x20, false",
    "0x21, 0xF1, false"
  })
  void clusterLogicalDestinationNeedsTheClusterAndACommonMember(int ldr, int mda, boolean matches) {
    assertThat(isReached(CLUSTER, ldr, mda)).isEqualTo(matches);
  }

  private static boolean isReached(int dfr, int ldr, int mda) {
    Machine machine = Machine.of(0, 1).software();
    machine.write(1, LapicRegister.DFR, dfr);
    machine.write(1, LapicRegister.LDR, ldr << 24);
    machine.send(InterruptCommand.fixed(VECTOR).withLogical(true).withXapicDestination(mda));
    return machine.requests(1, VECTOR);
  }

  @ParameterizedTest(name = "ID {0}: LDR {1}")
  @CsvSource({
    "0, 0x00000001",
    "1, 0x00000002",
    "15, 0x00008000",
    "16, 0x00010001",
    "31, 0x00018000",
    "255, 0x000F8000",
    "256, 0x00100001",
    "0x1234, 0x01230010"
  })
  void x2apicLogicalIdIsDerivedFromTheId(int id, int ldr) {
    assertThat(Machine.of(id).x2apic().read(0, LapicRegister.LDR)).isEqualTo(ldr);
  }

  @ParameterizedTest(name = "destination {0}: processors {1}")
  @CsvSource({
    "0x00000001, '0'",
    "0x00008002, '1 2'",
    "0x00010003, '3 4'",
    "0x0001FFFF, '3 4 5'",
    "0x00010000, ''",
    "0xFFFFFFFF, '0 1 2 3 4 5'"
  })
  void x2apicLogicalDestinationNeedsTheClusterAndACommonBit(long destination, String processors) {
    Machine machine = Machine.of(0, 1, 15, 16, 17, 31).software().x2apic();
    machine.send(
        InterruptCommand.fixed(VECTOR).withLogical(true).withDestination((int) destination));
    assertThat(machine.pending(VECTOR))
        .isEqualTo(
            processors.isEmpty()
                ? List.of()
                : List.of(processors.split(" ")).stream().map(Integer::valueOf).toList());
  }

  @Test
  void theSendersModeSaysWhatIsABroadcast() {
    Machine machine = Machine.of(0, 1, 255).software();
    machine.send(InterruptCommand.fixed(VECTOR).withXapicDestination(0xFF));
    assertThat(machine.pending(VECTOR)).containsExactly(0, 1, 2);

    machine = Machine.of(0, 1, 255).software().x2apic();
    machine.send(InterruptCommand.fixed(VECTOR).withDestination(0xFF));
    assertThat(machine.pending(VECTOR)).containsExactly(2);
  }

  @Test
  void apicsWithTheSameEightBitIdAllReceive() {
    Machine machine = Machine.of(0, 1, 0x101).software();
    machine.send(InterruptCommand.fixed(VECTOR).withXapicDestination(1));
    assertThat(machine.pending(VECTOR)).containsExactly(1, 2);
  }

  @Test
  void largeMachinesDeliverAsSmallOnes() {
    Integer[] ids = IntStream.range(0, 600).boxed().toArray(Integer[]::new);
    Machine machine = Machine.of(ids).software();
    machine.send(InterruptCommand.fixed(VECTOR).withXapicDestination(7));
    assertThat(machine.pending(VECTOR)).containsExactly(7, 0x107, 0x207);

    machine = Machine.of(ids).software().x2apic();
    machine.send(InterruptCommand.fixed(VECTOR).withDestination(0x107));
    assertThat(machine.pending(VECTOR)).containsExactly(0x107);
  }

  @Test
  void lowestPriorityGoesToOneProcessorOfTheLowestPriority() {
    Machine machine = Machine.of(0, 1, 2).software();
    machine.write(0, LapicRegister.TPR, 0x50);
    machine.write(1, LapicRegister.TPR, 0x20);
    machine.write(2, LapicRegister.TPR, 0x20);
    machine.chipset.message(0, 0xFEEF_F00CL, 0x100 | VECTOR);
    assertThat(machine.pending(VECTOR)).containsExactly(1);
  }
}
