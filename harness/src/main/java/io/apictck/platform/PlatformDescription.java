package io.apictck.platform;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a platform says of itself. What its processors offer, the harness finds out as software
 * does.
 *
 * @param name of the implementation
 * @param version of the implementation
 * @param apicIds APIC ID of each processor, in index order; processor 0 is the bootstrap processor
 * @param scratchBase physical address of memory that tests may use, a multiple of 4 KiB
 * @param scratchSize size of that memory in bytes, at least 1 MiB
 * @param startVectors vectors of start-up IPIs that the platform can start processors with, at
 *     least two
 * @param board what is wired to what
 * @param stimuli what it offers beyond running instructions
 * @param virtualTime whether time passes only by actions, and repeats exactly
 * @param patience how long a test waits for something that must come
 * @param quiet how long a test waits to see that nothing comes
 * @param borrowed beginnings of the ids of requirements and ported checks that are about parts the
 *     platform has from the reference model, as in {@code LAPIC-}: they say nothing about it
 */
public record PlatformDescription(
    String name,
    String version,
    List<Integer> apicIds,
    long scratchBase,
    long scratchSize,
    List<Integer> startVectors,
    Board board,
    Set<Stimulus> stimuli,
    boolean virtualTime,
    Duration patience,
    Duration quiet,
    Set<String> borrowed) {
  /** Takes copies. */
  public PlatformDescription {
    apicIds = List.copyOf(apicIds);
    startVectors = List.copyOf(startVectors);
    stimuli = Set.copyOf(stimuli);
    borrowed = Set.copyOf(borrowed);
  }

  /** A platform all of whose parts are its own. */
  public PlatformDescription(
      String name,
      String version,
      List<Integer> apicIds,
      long scratchBase,
      long scratchSize,
      List<Integer> startVectors,
      Board board,
      Set<Stimulus> stimuli,
      boolean virtualTime,
      Duration patience,
      Duration quiet) {
    this(
        name,
        version,
        apicIds,
        scratchBase,
        scratchSize,
        startVectors,
        board,
        stimuli,
        virtualTime,
        patience,
        quiet,
        Set.of());
  }

  /** The same with other stimuli. */
  public PlatformDescription withStimuli(Set<Stimulus> others) {
    return new PlatformDescription(
        name,
        version,
        apicIds,
        scratchBase,
        scratchSize,
        startVectors,
        board,
        others,
        virtualTime,
        patience,
        quiet,
        borrowed);
  }

  /** How many processors there are. */
  public int processors() {
    return apicIds.size();
  }

  /** Whether a requirement or ported check is about a part that is not the platform's own. */
  public boolean borrows(String id) {
    return borrowed.stream().anyMatch(id::startsWith);
  }

  /** The I/O APICs. */
  public List<IoApic> ioApics() {
    return board.ioApics();
  }

  /**
   * An I/O APIC.
   *
   * @param address physical address of its IOREGSEL register
   * @param gsiBase global system interrupt of its input 0
   * @param inputs how many inputs
   */
  public record IoApic(long address, int gsiBase, int inputs) {}
}
