package io.apictck.model.pic;

import static io.apictck.model.pic.FaultyPairs.withChips;
import static io.apictck.model.pic.FaultyPairs.withPair;
import static io.apictck.model.pic.FaultyPairs.withSlave;

import io.apictck.arch.PicCommand;
import io.apictck.faults.PlantedFault;
import java.util.ArrayList;
import java.util.List;

/** Faults in the pair of 8259 controllers. */
public final class PicFaults {
  private static final int NO_LEVELS = 0;

  private PicFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    List<PlantedFault> faults = new ArrayList<>(known());
    faults.addAll(initialization());
    faults.addAll(requests());
    faults.addAll(priorities());
    faults.addAll(pairs());
    return faults;
  }

  private static List<PlantedFault> known() {
    return List.of(
        PlantedFault.of(
            "BUG-002",
            "The slave has no special mask mode",
            withSlave(IgnoresSpecialMask::new),
            "pic.SpecialMaskTests"),
        PlantedFault.of(
            "BUG-004",
            "In special mask mode nothing below a level in service is looked at",
            withChips(IgnoresSpecialMask::new),
            "pic.SpecialMaskTests"),
        PlantedFault.of(
            "BUG-005",
            "Nothing changes the order of priorities",
            withChips(NeverRotates::new),
            "pic.PriorityTests"),
        PlantedFault.of(
            "BUG-011",
            "ICW1 masks everything",
            withChips(MasksAtInitialization::new),
            "pic.InitializationTests"),
        PlantedFault.of(
            "BUG-012",
            "A level-triggered line that stays asserted interrupts once",
            withChips(LevelIsEdge::new),
            "pic.LevelTests"),
        PlantedFault.of(
            "BUG-016",
            "Without unmasked request a masked one is acknowledged",
            withChips(AcknowledgesMaskedOnly::new),
            "pic.PollTests"),
        PlantedFault.of(
            "BUG-019",
            "The order of priorities rotates in the wrong direction",
            withChips(RotatesBackwards::new),
            "pic.PriorityTests"),
        PlantedFault.of(
            "BUG-024",
            "ICW1 during service blocks the line for ever",
            withChips(BlocksInService::new),
            "pic.InitializationTests"),
        PlantedFault.of(
            "BUG-026",
            "Non-specific EOI ends the lowest level",
            withChips(EndsLowest::new),
            "pic.EndOfInterruptTests"),
        PlantedFault.of(
            "BUG-028",
            "Bits 2:0 of ICW2 get into the vector",
            withChips(AddsBase::new),
            "pic.InitializationTests"),
        PlantedFault.of(
            "BUG-031",
            "The acknowledge does not look at the mask",
            withChips(AcknowledgesMasked::new),
            "pic.CommandWordTests"),
        PlantedFault.of(
            "BUG-039",
            "A request of the slave that vanished blocks the levels below",
            withChips(RemembersCascade::new),
            "pic.CascadeTests"),
        PlantedFault.of(
            "BUG-041",
            "The highest number is requested first",
            withChips(HighestNumber::new),
            "pic.PriorityTests"));
  }

  private static List<PlantedFault> initialization() {
    return List.of(
        PlantedFault.of(
            "PIC-ICW1-EDGE",
            "ICW1 keeps latched edges",
            withChips(KeepsEdges::new),
            "pic.AfterInitializationTests"),
        PlantedFault.of(
            "PIC-ICW1-ORDER",
            "ICW1 keeps the order of priorities",
            withChips(KeepsOrder::new),
            "pic.AfterInitializationTests"),
        PlantedFault.of(
            "PIC-ICW1-READ",
            "ICW1 keeps the selected status register",
            withChips(KeepsSelection::new),
            "pic.AfterInitializationTests"),
        PlantedFault.of(
            "PIC-ICW1-SMM",
            "ICW1 keeps special mask mode",
            withChips(KeepsSpecialMask::new),
            "pic.AfterInitializationTests"),
        PlantedFault.of(
            "PIC-ICW1-AGAIN",
            "ICW1 in the middle of a sequence is ignored",
            withChips(FinishesSequence::new),
            "pic.InitializationTests"),
        PlantedFault.of(
            "PIC-ICW1-BOTH",
            "ICW1 of the master reaches the slave",
            withPair(InitializesBoth::new),
            "pic.InitializationTests"),
        PlantedFault.of(
            "PIC-ICW1-ELCR",
            "ICW1 clears the edge/level control register",
            withPair(ClearsElcr::new),
            "pic.EdgeLevelControlTests"));
  }

  private static List<PlantedFault> requests() {
    return List.of(
        PlantedFault.of(
            "PIC-IMR-LATCH",
            "A masked edge is lost",
            withChips(MaskedIsLost::new),
            "pic.CommandWordTests"),
        PlantedFault.of(
            "PIC-IRR-KEPT",
            "The acknowledge leaves the request in IRR",
            withChips(KeepsRequest::new),
            "pic.EdgeTests"),
        PlantedFault.of(
            "PIC-IRR-SERVICE",
            "An edge is lost while its level is in service",
            withChips(InServiceIsLost::new),
            "pic.EdgeTests"),
        PlantedFault.of(
            "PIC-LEVEL-LATCH",
            "A level stays requested after its line fell",
            withChips(LatchesLevel::new),
            "pic.LevelTests"),
        PlantedFault.of(
            "PIC-LEVEL-NEST",
            "A level-triggered input interrupts its own handler",
            withChips(NestsInItself::new),
            "pic.LevelTests"),
        PlantedFault.of(
            "PIC-IR7",
            "Level 7 never gets into service",
            withChips(SevenIsSpurious::new),
            "pic.EdgeTests"),
        PlantedFault.of(
            "PIC-RR",
            "OCW3 without RR selects IRR",
            withChips(AlwaysSelects::new),
            "pic.CommandWordTests"),
        PlantedFault.of(
            "PIC-OCW2-READ",
            "OCW2 selects IRR",
            withChips(EndSelects::new),
            "pic.CommandWordTests"),
        PlantedFault.of(
            "PIC-OCW2-NOP",
            "The no operation of OCW2 is an EOI",
            withChips(NoOperationEnds::new),
            "pic.CommandWordTests"));
  }

  private static List<PlantedFault> priorities() {
    return List.of(
        PlantedFault.of(
            "PIC-NEST",
            "Levels in service hold nothing back",
            withChips(HoldsNothingBack::new),
            "pic.PriorityTests"),
        PlantedFault.of(
            "PIC-MASK-FREES",
            "A masked level in service holds nothing back outside of special mask mode",
            withChips(AlwaysSpecialMask::new),
            "pic.CommandWordTests"),
        PlantedFault.of(
            "PIC-ROTATE-STEP",
            "Rotation on EOI goes one step",
            withChips(RotatesByOne::new),
            "pic.PriorityTests"),
        PlantedFault.of(
            "PIC-ROTATE-SPECIFIC",
            "Rotation on specific EOI ends nothing",
            withChips(RotatesOnly::new),
            "pic.PriorityTests"),
        PlantedFault.of(
            "PIC-SET-PRIORITY",
            "Set priority ends the highest level",
            withChips(SetPriorityEnds::new),
            "pic.PriorityTests"),
        PlantedFault.of(
            "PIC-ROTATE-EOI",
            "Non-specific EOI does not look at the rotated order",
            withChips(EndsLowestNumber::new),
            "pic.EndOfInterruptTests"),
        PlantedFault.of(
            "PIC-ROTATE-AEOI",
            "Rotation in automatic EOI cannot be cleared",
            withChips(AlwaysRotatesInAeoi::new),
            "pic.PriorityTests"),
        PlantedFault.of(
            "PIC-SPECIFIC-EOI",
            "Specific EOI ends the highest level",
            withChips(SpecificIsNot::new),
            "pic.EndOfInterruptTests"),
        PlantedFault.of(
            "PIC-EOI-EMPTY",
            "EOI of nothing drops a request",
            withChips(EmptyEndDrops::new),
            "pic.EndOfInterruptTests"),
        PlantedFault.of(
            "PIC-AEOI",
            "There is no automatic EOI",
            withChips(IgnoresAutomaticEnd::new),
            "pic.EndOfInterruptTests"),
        PlantedFault.of(
            "PIC-SMM-ESMM",
            "OCW3 without ESMM changes special mask mode",
            withChips(IgnoresEsmm::new),
            "pic.SpecialMaskTests"),
        PlantedFault.of(
            "PIC-SMM-EOI",
            "In special mask mode EOI ends a masked level",
            withChips(EndsMasked::new),
            "pic.SpecialMaskTests"),
        PlantedFault.of(
            "PIC-POLL-BIT",
            "A poll gives no bit 7",
            withChips(PollsWithoutBit::new),
            "pic.PollTests"),
        PlantedFault.of(
            "PIC-POLL-ISR",
            "A poll puts nothing into service",
            withChips(PollsWithoutService::new),
            "pic.PollTests"),
        PlantedFault.of(
            "PIC-POLL-STAYS",
            "A poll is for all reads that follow",
            withChips(PollsForEver::new),
            "pic.PollTests"),
        PlantedFault.of(
            "PIC-POLL-EMPTY",
            "A poll without request gives level 7",
            withChips(PollsSeven::new),
            "pic.PollTests"),
        PlantedFault.of(
            "PIC-POLL-RR", "RR goes over poll", withChips(ReadsOverPoll::new), "pic.PollTests"));
  }

  private static List<PlantedFault> pairs() {
    return List.of(
        PlantedFault.of(
            "PIC-CASCADE-ISR",
            "An interrupt of the slave is not in service in the master",
            withChips(CascadeWithoutService::new),
            "pic.EndOfInterruptTests"),
        PlantedFault.of(
            "PIC-CASCADE-EOI",
            "EOI of the master ends the slave's level too",
            withPair(EndsBoth::new),
            "pic.EndOfInterruptTests"),
        PlantedFault.of(
            "PIC-CASCADE-MASK",
            "Masked requests of the slave reach the master",
            withPair(PassesMasked::new),
            "pic.CascadeTests"),
        PlantedFault.of(
            "PIC-SFNM",
            "There is no special fully nested mode",
            withChips(NeverSpecial::new),
            "pic.CascadeTests"),
        PlantedFault.of(
            "PIC-SFNM-ALWAYS",
            "Special fully nested mode is always on",
            withChips(AlwaysSpecial::new),
            "pic.CascadeTests"),
        PlantedFault.of(
            "PIC-INTR-LATCH",
            "A request that was masked in time still interrupts",
            withPair(LatchesRequest::new),
            "pic.CascadeTests"),
        PlantedFault.of(
            "PIC-SLAVE-BASE",
            "Vectors of the slave have the master's base",
            withPair(OneBase::new),
            "pic.InitializationTests"),
        PlantedFault.of(
            "PIC-ELCR-BITS",
            "The edge/level control registers keep all bits",
            withPair(KeepsAllBits::new),
            "pic.EdgeLevelControlTests"),
        PlantedFault.of(
            "PIC-ELCR-SWAP",
            "The edge/level control registers are for each other's chip",
            withPair(SwapsElcr::new),
            "pic.EdgeLevelControlTests"));
  }

  // ---- known ----

  private static final class IgnoresSpecialMask extends Pic {
    IgnoresSpecialMask(boolean master) {
      super(master);
    }

    @Override
    int inhibiting() {
      return isr;
    }
  }

  private static final class NeverRotates extends Pic {
    NeverRotates(boolean master) {
      super(master);
    }

    @Override
    void rotate(int level) {
      // the order stays
    }
  }

  private static final class MasksAtInitialization extends Pic {
    MasksAtInitialization(boolean master) {
      super(master);
    }

    @Override
    void initialize(int word) {
      super.initialize(word);
      imr = 0xFF;
    }
  }

  private static final class LevelIsEdge extends Pic {
    LevelIsEdge(boolean master) {
      super(master);
    }

    @Override
    public void setLevelTriggered(int inputs) {
      super.setLevelTriggered(NO_LEVELS);
    }
  }

  private static final class AcknowledgesMaskedOnly extends Pic {
    AcknowledgesMaskedOnly(boolean master) {
      super(master);
    }

    @Override
    int acknowledge() {
      int mask = imr;
      if (requested() == NONE) {
        imr = 0;
      }
      int level = super.acknowledge();
      imr = mask;
      return level;
    }
  }

  private static final class RotatesBackwards extends Pic {
    RotatesBackwards(boolean master) {
      super(master);
    }

    @Override
    int ranked(int rank) {
      return (rank - lowest - 1) & 7;
    }
  }

  private static final class BlocksInService extends Pic {
    private int blocked;

    BlocksInService(boolean master) {
      super(master);
    }

    @Override
    public void reset() {
      blocked = 0;
      super.reset();
    }

    @Override
    int acknowledge() {
      int level = super.acknowledge();
      if (level != NONE && level != cascade) {
        blocked |= isr & 1 << level;
      }
      return level;
    }

    @Override
    int end(int level) {
      if (level != NONE) {
        blocked &= ~(isr & 1 << level);
      }
      return super.end(level);
    }

    @Override
    public void setLine(int level, boolean asserted) {
      super.setLine(level, asserted && (blocked & 1 << level) == 0);
    }
  }

  private static final class EndsLowest extends Pic {
    EndsLowest(boolean master) {
      super(master);
    }

    @Override
    int ending() {
      return isr == 0 ? NONE : 31 - Integer.numberOfLeadingZeros(isr);
    }
  }

  private static final class AddsBase extends Pic {
    AddsBase(boolean master) {
      super(master);
    }

    @Override
    int vector(int level) {
      return (icw2 + level) & 0xFF;
    }
  }

  private static final class AcknowledgesMasked extends Pic {
    AcknowledgesMasked(boolean master) {
      super(master);
    }

    @Override
    int acknowledge() {
      int mask = imr;
      imr = 0;
      int level = super.acknowledge();
      imr = mask;
      return level;
    }
  }

  private static final class RemembersCascade extends Pic {
    private boolean remembered;

    RemembersCascade(boolean master) {
      super(master);
    }

    @Override
    void initialize(int word) {
      super.initialize(word);
      remembered = false;
    }

    @Override
    public void setLine(int level, boolean asserted) {
      super.setLine(level, asserted);
      if (level == cascade && asserted) {
        remembered = true;
      }
    }

    @Override
    int acknowledge() {
      remembered = false;
      return super.acknowledge();
    }

    @Override
    int requested() {
      int level = super.requested();
      return remembered && level > PicCommand.CASCADE ? NONE : level;
    }
  }

  private static final class HighestNumber extends Pic {
    HighestNumber(boolean master) {
      super(master);
    }

    @Override
    int ranked(int rank) {
      return 7 - super.ranked(rank);
    }

    @Override
    int ending() {
      return isr == 0 ? NONE : Integer.numberOfTrailingZeros(isr);
    }
  }

  // ---- initialization ----

  private static final class KeepsEdges extends Pic {
    KeepsEdges(boolean master) {
      super(master);
    }

    @Override
    void initialize(int word) {
      boolean again = initialized;
      int kept = edges;
      super.initialize(word);
      edges = again ? kept : edges;
    }
  }

  private static final class KeepsOrder extends Pic {
    KeepsOrder(boolean master) {
      super(master);
    }

    @Override
    void initialize(int word) {
      boolean again = initialized;
      int kept = lowest;
      super.initialize(word);
      lowest = again ? kept : lowest;
    }
  }

  private static final class KeepsSelection extends Pic {
    KeepsSelection(boolean master) {
      super(master);
    }

    @Override
    void initialize(int word) {
      boolean again = initialized;
      boolean kept = readsIsr;
      super.initialize(word);
      readsIsr = again ? kept : readsIsr;
    }
  }

  private static final class KeepsSpecialMask extends Pic {
    KeepsSpecialMask(boolean master) {
      super(master);
    }

    @Override
    void initialize(int word) {
      boolean again = initialized;
      boolean kept = specialMask;
      super.initialize(word);
      specialMask = again ? kept : specialMask;
    }
  }

  private static final class FinishesSequence extends Pic {
    FinishesSequence(boolean master) {
      super(master);
    }

    @Override
    void command(int word) {
      if ((word & PicCommand.ICW1) == 0 || expected == Expected.OCW1) {
        super.command(word);
      }
    }
  }

  private static final class InitializesBoth extends PicPair {
    InitializesBoth(boolean hasElcr, PicWorld world) {
      super(new Pic(true), new Pic(false), hasElcr, world);
    }

    @Override
    void writeByte(int port, int value) {
      super.writeByte(port, value);
      if (port == MASTER && (value & PicCommand.ICW1) != 0) {
        slave.isr = 0;
        slave.imr = 0;
      }
    }
  }

  private static final class ClearsElcr extends PicPair {
    ClearsElcr(boolean hasElcr, PicWorld world) {
      super(new Pic(true), new Pic(false), hasElcr, world);
    }

    @Override
    void writeByte(int port, int value) {
      super.writeByte(port, value);
      if (port == SLAVE && (value & PicCommand.ICW1) != 0) {
        setElcr(ELCR + 1, 0);
      }
    }
  }

  // ---- requests ----

  private static final class MaskedIsLost extends Pic {
    MaskedIsLost(boolean master) {
      super(master);
    }

    @Override
    public void setLine(int level, boolean asserted) {
      super.setLine(level, asserted);
      edges &= ~imr;
    }
  }

  private static final class KeepsRequest extends Pic {
    KeepsRequest(boolean master) {
      super(master);
    }

    @Override
    int acknowledge() {
      int kept = edges;
      int level = super.acknowledge();
      edges = kept;
      return level;
    }
  }

  private static final class InServiceIsLost extends Pic {
    InServiceIsLost(boolean master) {
      super(master);
    }

    @Override
    public void setLine(int level, boolean asserted) {
      super.setLine(level, asserted);
      edges &= ~isr;
    }
  }

  private static final class LatchesLevel extends Pic {
    private int latched;

    LatchesLevel(boolean master) {
      super(master);
    }

    @Override
    void initialize(int word) {
      super.initialize(word);
      latched = 0;
    }

    @Override
    public void setLine(int level, boolean asserted) {
      super.setLine(level, asserted);
      if (asserted && level != cascade) {
        latched |= levelTriggered & 1 << level;
      }
    }

    @Override
    int irr() {
      return super.irr() | (latched & levelTriggered);
    }

    @Override
    int acknowledge() {
      int level = super.acknowledge();
      if (level != NONE) {
        latched &= ~(1 << level);
      }
      return level;
    }
  }

  private static final class NestsInItself extends Pic {
    NestsInItself(boolean master) {
      super(master);
    }

    @Override
    boolean nestsInItself(int level) {
      return (level != cascade && (levelTriggered & 1 << level) != 0) || super.nestsInItself(level);
    }
  }

  private static final class SevenIsSpurious extends Pic {
    SevenIsSpurious(boolean master) {
      super(master);
    }

    @Override
    int acknowledge() {
      int level = super.acknowledge();
      isr &= 0x7F;
      return level;
    }
  }

  private static final class AlwaysSelects extends Pic {
    AlwaysSelects(boolean master) {
      super(master);
    }

    @Override
    void operationCommand3(int word) {
      super.operationCommand3(word | PicCommand.RR);
    }
  }

  private static final class EndSelects extends Pic {
    EndSelects(boolean master) {
      super(master);
    }

    @Override
    void operationCommand2(int word) {
      super.operationCommand2(word);
      readsIsr = false;
    }
  }

  private static final class NoOperationEnds extends Pic {
    NoOperationEnds(boolean master) {
      super(master);
    }

    @Override
    void operationCommand2(int word) {
      super.operationCommand2((word & 0xE0) == PicCommand.NO_OPERATION ? 0x20 : word);
    }
  }

  // ---- priorities and ends ----

  private static final class HoldsNothingBack extends Pic {
    HoldsNothingBack(boolean master) {
      super(master);
    }

    @Override
    int requested() {
      int kept = isr;
      isr = 0;
      int level = super.requested();
      isr = kept;
      return level;
    }
  }

  private static final class AlwaysSpecialMask extends Pic {
    AlwaysSpecialMask(boolean master) {
      super(master);
    }

    @Override
    int inhibiting() {
      return isr & ~imr;
    }
  }

  private static final class RotatesByOne extends Pic {
    RotatesByOne(boolean master) {
      super(master);
    }

    @Override
    void operationCommand2(int word) {
      int before = lowest;
      super.operationCommand2(word);
      if ((word & 0xE0) == PicCommand.ROTATE_ON_NON_SPECIFIC_EOI) {
        lowest = (before + 1) & 7;
      }
    }
  }

  private static final class RotatesOnly extends Pic {
    RotatesOnly(boolean master) {
      super(master);
    }

    @Override
    void operationCommand2(int word) {
      int kept = isr;
      super.operationCommand2(word);
      if ((word & 0xE0) == PicCommand.ROTATE_ON_SPECIFIC_EOI) {
        isr = kept;
      }
    }
  }

  private static final class SetPriorityEnds extends Pic {
    SetPriorityEnds(boolean master) {
      super(master);
    }

    @Override
    void operationCommand2(int word) {
      if ((word & 0xE0) == PicCommand.SET_PRIORITY) {
        end(ending());
      }
      super.operationCommand2(word);
    }
  }

  private static final class EndsLowestNumber extends Pic {
    EndsLowestNumber(boolean master) {
      super(master);
    }

    @Override
    int ending() {
      return isr == 0 ? NONE : Integer.numberOfTrailingZeros(isr);
    }
  }

  private static final class AlwaysRotatesInAeoi extends Pic {
    AlwaysRotatesInAeoi(boolean master) {
      super(master);
    }

    @Override
    void operationCommand2(int word) {
      boolean before = rotatesInAeoi;
      super.operationCommand2(word);
      rotatesInAeoi |= before;
    }
  }

  private static final class SpecificIsNot extends Pic {
    SpecificIsNot(boolean master) {
      super(master);
    }

    @Override
    void operationCommand2(int word) {
      super.operationCommand2((word & 0xE0) == PicCommand.SPECIFIC_EOI ? 0x20 : word);
    }
  }

  private static final class EmptyEndDrops extends Pic {
    EmptyEndDrops(boolean master) {
      super(master);
    }

    @Override
    int end(int level) {
      if (level == NONE || (isr & 1 << level) == 0) {
        edges = 0;
      }
      return super.end(level);
    }
  }

  private static final class IgnoresAutomaticEnd extends Pic {
    IgnoresAutomaticEnd(boolean master) {
      super(master);
    }

    @Override
    int acknowledge() {
      int kept = icw4;
      icw4 &= ~PicCommand.ICW4_AEOI;
      int level = super.acknowledge();
      icw4 = kept;
      return level;
    }
  }

  private static final class IgnoresEsmm extends Pic {
    IgnoresEsmm(boolean master) {
      super(master);
    }

    @Override
    void operationCommand3(int word) {
      super.operationCommand3(word | PicCommand.ESMM);
    }
  }

  private static final class EndsMasked extends Pic {
    EndsMasked(boolean master) {
      super(master);
    }

    @Override
    int ending() {
      return highest(isr);
    }
  }

  private static final class PollsWithoutBit extends Pic {
    PollsWithoutBit(boolean master) {
      super(master);
    }

    @Override
    int readStatus() {
      boolean polled = polls;
      int value = super.readStatus();
      return polled ? value & 0x7F : value;
    }
  }

  private static final class PollsWithoutService extends Pic {
    PollsWithoutService(boolean master) {
      super(master);
    }

    @Override
    int readStatus() {
      int kept = isr;
      boolean polled = polls;
      int value = super.readStatus();
      if (polled) {
        isr = kept;
      }
      return value;
    }
  }

  private static final class PollsForEver extends Pic {
    PollsForEver(boolean master) {
      super(master);
    }

    @Override
    int readStatus() {
      boolean polled = polls;
      int value = super.readStatus();
      polls = polled;
      return value;
    }

    @Override
    void operationCommand3(int word) {
      polls = false;
      super.operationCommand3(word);
    }
  }

  private static final class PollsSeven extends Pic {
    PollsSeven(boolean master) {
      super(master);
    }

    @Override
    int readStatus() {
      boolean polled = polls;
      int value = super.readStatus();
      return polled && value == 0 ? 0x87 : value;
    }
  }

  private static final class ReadsOverPoll extends Pic {
    ReadsOverPoll(boolean master) {
      super(master);
    }

    @Override
    void operationCommand3(int word) {
      super.operationCommand3((word & PicCommand.RR) != 0 ? word & ~PicCommand.POLL : word);
    }
  }

  // ---- the pair ----

  private static final class CascadeWithoutService extends Pic {
    CascadeWithoutService(boolean master) {
      super(master);
    }

    @Override
    int acknowledge() {
      int level = super.acknowledge();
      if (level == cascade && level != NONE) {
        isr &= ~(1 << level);
      }
      return level;
    }
  }

  private static final class EndsBoth extends PicPair {
    EndsBoth(boolean hasElcr, PicWorld world) {
      super(new Pic(true), new Pic(false), hasElcr, world);
    }

    @Override
    void writeByte(int port, int value) {
      super.writeByte(port, value);
      if (port == MASTER && value == PicCommand.NON_SPECIFIC_EOI) {
        slave.command(value);
      }
    }
  }

  private static final class PassesMasked extends PicPair {
    PassesMasked(boolean hasElcr, PicWorld world) {
      super(new Pic(true), new Pic(false), hasElcr, world);
    }

    @Override
    void update() {
      super.update();
      if (slave.irr() != 0) {
        master.setLine(PicCommand.CASCADE, true);
      }
    }
  }

  private static final class NeverSpecial extends Pic {
    NeverSpecial(boolean master) {
      super(master);
    }

    @Override
    boolean nestsInItself(int level) {
      return false;
    }
  }

  private static final class AlwaysSpecial extends Pic {
    AlwaysSpecial(boolean master) {
      super(master);
    }

    @Override
    boolean nestsInItself(int level) {
      return level == cascade;
    }
  }

  /** What was requested once is acknowledged, masked or not. */
  private static final class LatchesRequest extends PicPair {
    private boolean latched;

    LatchesRequest(boolean hasElcr, PicWorld world) {
      super(new Pic(true), new AcknowledgesMasked(false), hasElcr, world);
    }

    @Override
    public void reset() {
      latched = false;
      super.reset();
    }

    @Override
    public boolean interrupts() {
      latched |= super.interrupts();
      return latched;
    }

    @Override
    public int acknowledge() {
      latched = false;
      int mask = master.imr;
      if (!master.interrupts()) {
        master.imr = 0;
      }
      int vector = super.acknowledge();
      master.imr = mask;
      return vector;
    }
  }

  private static final class OneBase extends PicPair {
    OneBase(boolean hasElcr, PicWorld world) {
      super(new Pic(true), new Pic(false), hasElcr, world);
    }

    @Override
    void writeByte(int port, int value) {
      super.writeByte(port, value);
      slave.icw2 = master.icw2 + 8;
    }
  }

  private static final class KeepsAllBits extends PicPair {
    private int written;

    KeepsAllBits(boolean hasElcr, PicWorld world) {
      super(new Pic(true), new Pic(false), hasElcr, world);
    }

    @Override
    void setElcr(int port, int value) {
      super.setElcr(port, value);
      if (port == ELCR) {
        written = value;
      }
    }

    @Override
    int readByte(int port) {
      return port == ELCR ? written : super.readByte(port);
    }
  }

  private static final class SwapsElcr extends PicPair {
    SwapsElcr(boolean hasElcr, PicWorld world) {
      super(new Pic(true), new Pic(false), hasElcr, world);
    }

    @Override
    void setElcr(int port, int value) {
      super.setElcr(port, value);
      if (port == ELCR) {
        slave.setLevelTriggered(value & 0xDE);
      } else {
        master.setLevelTriggered(value & 0xF8);
      }
    }
  }
}
