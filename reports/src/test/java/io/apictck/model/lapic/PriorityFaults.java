package io.apictck.model.lapic;

import io.apictck.arch.VectorSet;
import io.apictck.faults.PlantedFault;
import java.util.List;

/** Faults in IRR, ISR, TMR, TPR and PPR. */
public final class PriorityFaults {
  private PriorityFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-043",
            "A request above the one in service waits, one below it interrupts",
            FaultyMachines.withQueues(InvertedComparison::new),
            "lapic.priority.PreemptionTests",
            "lapic.priority.ProcessorPriorityTests"),
        PlantedFault.of(
            "BUG-046",
            "Vectors stand at wrong bits of the IRR, ISR and TMR registers",
            FaultyMachines.withQueues(WrongBits::new),
            "lapic.acceptance.AcceptanceTests"),
        PlantedFault.of(
            "BUG-049",
            "PPR comes from the slot past the top of a stack of vectors in service",
            FaultyMachines.withQueues(PastTheTop::new),
            "lapic.priority.ProcessorPriorityTests"),
        PlantedFault.of(
            "BUG-081",
            "MOV to CR8 sets the low bits of TPR instead of the class",
            FaultyMachines.withQueues(Cr8Unshifted::new),
            "lapic.priority.Cr8Tests"),
        PlantedFault.of(
            "BUG-081-READ",
            "MOV from CR8 gives all eight bits of TPR",
            FaultyMachines.withQueues(Cr8ReadUnshifted::new),
            "lapic.priority.Cr8Tests"),
        PlantedFault.of(
            "BUG-091",
            "A dispatch clears the hint that something is pending though more is",
            FaultyMachines.withQueues(ForgetfulHint::new),
            "lapic.priority.DeliveryOrderTests"));
  }

  private static final class InvertedComparison extends InterruptQueues {
    @Override
    boolean isDeliverable(int vector) {
      return inServiceVector() == 0
          ? super.isDeliverable(vector)
          : vector >>> 4 < inServiceVector() >>> 4;
    }
  }

  private static final class WrongBits extends InterruptQueues {
    private static final int WRONG_MODULUS = 5;

    @Override
    int irrWord(int index) {
      return misplaced(irr, index);
    }

    @Override
    int isrWord(int index) {
      return misplaced(isr, index);
    }

    @Override
    int tmrWord(int index) {
      return misplaced(tmr, index);
    }

    private static int misplaced(VectorSet set, int index) {
      int word = 0;
      for (int bit = 0; bit < Integer.SIZE; bit++) {
        int vector = index * Integer.SIZE + bit;
        if (set.contains(vector)) {
          word |= 1 << vector % WRONG_MODULUS;
        }
      }
      return word;
    }
  }

  private static final class PastTheTop extends InterruptQueues {
    private final int[] stack = new int[VectorSet.SIZE + 1];
    private int depth;

    @Override
    void reset(int taskPriority) {
      super.reset(taskPriority);
      depth = 0;
    }

    @Override
    void dispatch(int vector) {
      super.dispatch(vector);
      stack[depth++] = vector;
      stack[depth] = vector;
    }

    @Override
    int endOfInterrupt() {
      depth = Math.max(0, depth - 1);
      return super.endOfInterrupt();
    }

    @Override
    int inServiceVector() {
      return stack[depth];
    }
  }

  private static final class Cr8Unshifted extends InterruptQueues {
    @Override
    void setCr8(int value) {
      setTaskPriority(value);
    }
  }

  private static final class Cr8ReadUnshifted extends InterruptQueues {
    @Override
    int cr8() {
      return taskPriority();
    }
  }

  private static final class ForgetfulHint extends InterruptQueues {
    private boolean somethingPending;

    @Override
    void request(int vector) {
      super.request(vector);
      somethingPending = true;
    }

    @Override
    int deliverable() {
      return somethingPending ? super.deliverable() : NONE;
    }

    @Override
    void dispatch(int vector) {
      super.dispatch(vector);
      somethingPending = false;
    }
  }
}
