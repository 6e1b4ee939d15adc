package io.apictck.target.serial;

/**
 * A counter in the memory of a machine by which its time is told.
 *
 * @param counter address of 64 bits that rise
 * @param enable address of 64 bits
 * @param enabled what is written there after a reset, so that it counts
 * @param nanosPerCount length of a count, in the time that tests see
 */
public record MachineClock(long counter, long enable, long enabled, double nanosPerCount) {}
