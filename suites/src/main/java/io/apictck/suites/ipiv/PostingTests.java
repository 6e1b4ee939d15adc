package io.apictck.suites.ipiv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.PidPointer;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.ipiv.Sender.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which descriptor an IPI is posted to, and how (Intel SDM Vol. 3C, "IPI Virtualization"). */
@Conformance
@Requires({
  Feature.IPI_VIRTUALIZATION,
  Feature.VIRTUALIZE_APIC_ACCESSES,
  Feature.VIRTUALIZE_X2APIC_MODE
})
final class PostingTests {
  private static final int FIRST_LEGAL = 0x10;
  private static final int MAX_WIDTH_LEAF = 0x8000_0008;
  private static final long SOFTWARE_BITS = 0x1234_5678_9ABC_DEF0L;

  private static List<Sender> inEachForm(Cpu cpu) {
    return List.of(Sender.of(cpu, Form.PAGE), Sender.of(cpu, Form.MSRS));
  }

  @Test
  @Covers({"IPIV-OP-001", "IPIV-OP-010"})
  void vectorsBelow16Exit(Cpu cpu) {
    for (Sender sender : inEachForm(cpu)) {
      for (int vector = 0; vector < FIRST_LEGAL; vector++) {
        sender.exits(Sender.COMMAND.withVector(vector));
      }
      sender.sends(Sender.COMMAND.withVector(FIRST_LEGAL));
      sender.verifyPosted(FIRST_LEGAL);
    }
  }

  @Test
  @Covers({"IPIV-OP-002", "IPIV-OP-010"})
  void targetsAboveTheLastIndexExit(Cpu cpu) {
    for (Sender sender : inEachForm(cpu)) {
      for (int id = 0; id <= 4; id++) {
        sender.guest().table().point(id, sender.target());
      }
      for (int last = 0; last < 4; last++) {
        sender.guest().vcpu().write(VmcsField.LAST_PID_POINTER_INDEX, last);
        sender.sends(Sender.COMMAND.withDestination(last));
        sender.verifyPosted(Sender.VECTOR);
        sender.exits(Sender.COMMAND.withDestination(last + 1));
        sender.exits(Sender.COMMAND.withDestination(0xFF));
      }
    }
  }

  @Test
  @Covers({"IPIV-OP-003", "IPIV-OP-010"})
  void entriesThatAreNotGoodExit(Cpu cpu) {
    int width = cpu.cpuid(MAX_WIDTH_LEAF).eax() & 0xFF;
    for (Sender sender : inEachForm(cpu)) {
      long good = PidPointer.to(sender.target().address());
      List<Long> bad = new ArrayList<>();
      bad.add(0L);
      bad.add(good & ~PidPointer.VALID);
      IntStream.rangeClosed(1, 5).forEach(bit -> bad.add(good | 1L << bit));
      IntStream.range(width, Long.SIZE).forEach(bit -> bad.add(good | 1L << bit));
      for (long entry : bad) {
        sender.guest().table().set(Sender.TARGET, entry);
        sender.exits(Sender.COMMAND);
      }
      sender.guest().table().set(Sender.TARGET, good);
      sender.sends(Sender.COMMAND);
      sender.verifyPosted(Sender.VECTOR);
    }
  }

  @Test
  @Covers("IPIV-SW-001")
  void eachTargetHasItsEntryAndTheOthersExit(Cpu cpu) {
    Sender sender = Sender.of(cpu, Form.MSRS);
    PostedInterrupts second = PostedInterrupts.create(cpu);
    second.setControl(PostedInterruptDescriptor.SN);
    sender.guest().table().point(Sender.TARGET + 2, second);
    sender.sends(Sender.COMMAND);
    assertThat(second.pir()).as("PIR of the other target").isEmptySet();
    sender.verifyPosted(Sender.VECTOR);
    sender.exits(Sender.COMMAND.withDestination(Sender.TARGET + 1));
    sender.sends(Sender.COMMAND.withDestination(Sender.TARGET + 2).withVector(0xE1));
    assertThat(second.pir()).as("PIR of the other target").containsExactlyVectors(0xE1);
    sender.verifyPosted();
  }

  @Test
  @Covers("IPIV-OP-004")
  void otherRequestsAndTheRestOfTheDescriptorStay(Cpu cpu) {
    for (Sender sender : inEachForm(cpu)) {
      VectorSet all = new VectorSet();
      IntStream.range(0, 256).filter(v -> v != Sender.VECTOR).forEach(all::add);
      sender.target().setPir(all);
      for (int offset = PostedInterruptDescriptor.CONTROL + 8; offset < 64; offset += 8) {
        sender.target().setQuad(offset, SOFTWARE_BITS);
      }
      sender.sends(Sender.COMMAND);
      all.add(Sender.VECTOR);
      assertThat(sender.target().pir()).as("PIR").isEqualTo(all);
      for (int offset = PostedInterruptDescriptor.CONTROL + 8; offset < 64; offset += 8) {
        assertThat(sender.target().quad(offset))
            .as("descriptor at offset %d", offset)
            .isEqualTo(SOFTWARE_BITS);
      }
      assertThat(sender.target().control())
          .as("control bits of the descriptor")
          .isEqualTo(PostedInterruptDescriptor.SN);
    }
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("IPIV-OP-004")
  void noRequestOfAnotherProcessorIsLost(Machine machine) {
    Sender sender = Sender.of(machine.cpu(0), Form.MSRS);
    Cpu other = machine.cpu(1);
    long quad = sender.target().address() + PostedInterruptDescriptor.PIR + 8;
    List<Instruction> ipis = new ArrayList<>();
    List<Instruction> posts = new ArrayList<>();
    for (int bit = 0; bit < Long.SIZE; bit += 2) {
      ipis.add(sender.writing(Sender.COMMAND.withVector(Long.SIZE + bit)));
      posts.add(new Instruction.LockedOr(quad, Long.BYTES, 2L << bit));
    }
    for (int round = 0; round < 8; round++) {
      sender.enterFor(Sender.COMMAND);
      BlockRun posting = other.start(posts);
      BlockRun sending = sender.guest().guest().start(ipis);
      posting.values();
      sending.values();
      sender.guest().vcpu().leave();
      sender.verifyPosted(IntStream.range(Long.SIZE, 2 * Long.SIZE).toArray());
    }
  }
}
