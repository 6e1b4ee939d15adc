package io.apictck.faults;

import java.util.List;

/**
 * An entry of the collection of known bugs that is not planted.
 *
 * @param id number in the collection
 * @param cause why, in short
 * @param reason why, in a sentence
 */
record UnplantedEntry(String id, Cause cause, String reason) {
  /** Why a fault is not planted. */
  enum Cause {
    /** The manual allows it, or leaves it open. */
    AMBIGUOUS,
    /** No sequence of architectural operations shows it. */
    NOT_ARCHITECTURAL
  }

  /** All entries that are not planted. */
  static List<UnplantedEntry> all() {
    return List.of(
        new UnplantedEntry(
            "BUG-009",
            Cause.AMBIGUOUS,
            "Chipsets replace LTIM by the edge/level control registers; what it does is recorded"
                + " (PIC-INIT-012)."),
        new UnplantedEntry(
            "BUG-015",
            Cause.AMBIGUOUS,
            "Whether a request of the slave that is gone is acknowledged at all is left open; what"
                + " comes is recorded (PIC-EDG-006)."),
        new UnplantedEntry(
            "BUG-018",
            Cause.AMBIGUOUS,
            "Implementations keep the edge of a pulse on purpose; what they do is recorded"
                + " (PIC-EDG-005)."),
        new UnplantedEntry(
            "BUG-025",
            Cause.AMBIGUOUS,
            "What an access of two bytes gives is left open, and recorded (PIC-OCW-011)."),
        new UnplantedEntry(
            "BUG-036",
            Cause.AMBIGUOUS,
            "The selected status register need not be remembered over a poll; that poll goes over"
                + " the selection is tested by PIC-POLL-RR."),
        new UnplantedEntry(
            "BUG-065",
            Cause.NOT_ARCHITECTURAL,
            "Between the two steps of an acceptance there is no instruction boundary of the"
                + " receiver: only a second host thread sees their order."),
        new UnplantedEntry(
            "BUG-080",
            Cause.AMBIGUOUS,
            "The manual leaves narrow and unaligned accesses undefined; what they give is"
                + " recorded."),
        new UnplantedEntry(
            "BUG-095",
            Cause.AMBIGUOUS,
            "Who wins a lowest-priority arbitration depends on the model; that there is one winner"
                + " is tested by BUG-096."),
        new UnplantedEntry(
            "BUG-098",
            Cause.AMBIGUOUS,
            "The logical destination FFh in the flat model can be read as a mere AND, by which an"
                + " LDR of zero is not addressed."),
        new UnplantedEntry(
            "BUG-109",
            Cause.AMBIGUOUS,
            "Another INIT in the wait for a start-up IPI changes nothing that can be seen; whether"
                + " an NMI of that time is remembered is recorded (INIT-005)."),
        new UnplantedEntry(
            "BUG-128",
            Cause.AMBIGUOUS,
            "The manual calls bit 9 of SVR reserved, processors accept it."),
        new UnplantedEntry(
            "BUG-139",
            Cause.NOT_ARCHITECTURAL,
            "The ID changes by a restore of saved state, which is no operation of the machine."),
        new UnplantedEntry(
            "BUG-143",
            Cause.AMBIGUOUS,
            "What a new divider does to a running count is not defined (LAPIC-TIM-007); that the"
                + " next count obeys it is tested."),
        new UnplantedEntry(
            "BUG-144",
            Cause.AMBIGUOUS,
            "The manual says that a change of mode disarms, processors keep counting between"
                + " one-shot and periodic."),
        new UnplantedEntry(
            "BUG-163",
            Cause.NOT_ARCHITECTURAL,
            "The count is wrong after a restore of saved state, which is no operation of the"
                + " machine."),
        new UnplantedEntry(
            "BUG-164",
            Cause.NOT_ARCHITECTURAL,
            "The interrupt is lost over a save and restore of state, which is no operation of the"
                + " machine."),
        new UnplantedEntry(
            "BUG-166",
            Cause.AMBIGUOUS,
            "The data sheet does not say that making an entry edge-triggered clears remote IRR; what"
                + " it does is recorded (IOA-LVL-012)."),
        new UnplantedEntry(
            "BUG-186",
            Cause.AMBIGUOUS,
            "The data sheet asks for accesses of 32 bits; what narrower ones do is recorded"
                + " (IOA-REG-011)."),
        new UnplantedEntry(
            "BUG-203",
            Cause.AMBIGUOUS,
            "How soon a level that stays active interrupts again is not defined; the pace is recorded"
                + " (IOA-LVL-018)."),
        new UnplantedEntry(
            "BUG-204",
            Cause.AMBIGUOUS,
            "The manual says that the destination mode is ignored without redirection hint; who is"
                + " reached is recorded (MSI-MSG-018)."),
        new UnplantedEntry(
            "BUG-300",
            Cause.NOT_ARCHITECTURAL,
            "The delivery status is cleared by the hypervisor that emulates the command, and not by"
                + " the processor."),
        new UnplantedEntry(
            "BUG-306",
            Cause.NOT_ARCHITECTURAL,
            "The stale copy of the entry is kept by the hypervisor; that the physical entry is right"
                + " is tested (LPT-INT-005)."),
        new UnplantedEntry(
            "BUG-317",
            Cause.AMBIGUOUS,
            "Whether the interrupt command register shows the notification is weakly specified; it is"
                + " recorded (UINTR-SEND-010)."));
  }
}
