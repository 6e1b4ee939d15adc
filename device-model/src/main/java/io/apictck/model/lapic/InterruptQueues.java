package io.apictck.model.lapic;

import io.apictck.arch.VectorSet;

/**
 * IRR, ISR, TMR, TPR and PPR (Intel SDM Vol. 3A, "Interrupt, Task, and Processor Priority" and
 * "Interrupt Acceptance for Fixed Interrupts").
 *
 * <p>Supported: acceptance, dispatch by priority class, end of interrupt.
 *
 * <p>Not supported: the two-deep queues of the P6 family; a second request for a pending vector
 * collapses. There is no arbitration priority register.
 *
 * <p>Open points, decided: where the classes of TPR and of the in-service vector are equal, PPR is
 * TPR; an edge that follows a level on the same vector before dispatch clears the TMR bit.
 */
class InterruptQueues {
  /** No vector. */
  static final int NONE = VectorSet.NONE;

  /** First vector that is legal for interrupts. */
  static final int FIRST_LEGAL = 16;

  final VectorSet irr = new VectorSet();
  final VectorSet isr = new VectorSet();
  final VectorSet tmr = new VectorSet();
  int taskPriority;

  /** Empties the queues. */
  void reset(int taskPriority) {
    irr.clear();
    isr.clear();
    tmr.clear();
    this.taskPriority = taskPriority;
  }

  int taskPriority() {
    return taskPriority;
  }

  void setTaskPriority(int value) {
    taskPriority = value;
  }

  /** CR8: the class of TPR. */
  int cr8() {
    return taskPriority >>> 4;
  }

  /** MOV to CR8 clears the sub-class of TPR. */
  void setCr8(int value) {
    taskPriority = value << 4;
  }

  /** Whether a vector raises an error instead of an interrupt. */
  boolean isIllegal(int vector) {
    return vector < FIRST_LEGAL;
  }

  /** Accepts a legal vector. TMR first: nobody may see the request without its trigger mode. */
  void accept(int vector, boolean level) {
    recordTriggerMode(vector, level);
    request(vector);
  }

  void recordTriggerMode(int vector, boolean level) {
    tmr.set(vector, level);
  }

  void request(int vector) {
    irr.add(vector);
  }

  /** ISRV: the highest vector in service, 0 if none is. */
  int inServiceVector() {
    return Math.max(isr.highest(), 0);
  }

  /** PPR. */
  int processorPriority() {
    int inService = inServiceVector();
    return taskPriority >>> 4 >= inService >>> 4 ? taskPriority : inService & 0xF0;
  }

  /** Whether the processor may be interrupted by a vector. */
  boolean isDeliverable(int vector) {
    return vector >>> 4 > processorPriority() >>> 4;
  }

  /** The vector that would be dispatched now, or {@link #NONE}. */
  int deliverable() {
    int vector = irr.highest();
    return vector != NONE && isDeliverable(vector) ? vector : NONE;
  }

  /** Moves a vector from IRR to ISR. */
  void dispatch(int vector) {
    irr.remove(vector);
    isr.add(vector);
  }

  /**
   * Ends the highest interrupt in service.
   *
   * @return its vector, or {@link #NONE}
   */
  int endOfInterrupt() {
    int vector = isr.highest();
    if (vector != NONE) {
      isr.remove(vector);
    }
    return vector;
  }

  /** Whether the last accepted request of a vector was level-triggered. */
  boolean isLevelTriggered(int vector) {
    return tmr.contains(vector);
  }

  /** IRR register {@code index}, 0 to 7. */
  int irrWord(int index) {
    return irr.word(index);
  }

  /** ISR register {@code index}, 0 to 7. */
  int isrWord(int index) {
    return isr.word(index);
  }

  /** TMR register {@code index}, 0 to 7. */
  int tmrWord(int index) {
    return tmr.word(index);
  }
}
