package io.apictck.suites.ports;

/**
 * A check of another suite.
 *
 * @param id its id, as in {@code KUT-APIC-001}; tests name it in {@link io.apictck.junit.Ports}
 * @param title what it checks
 * @param notPorted why no test carries it; empty if tests do
 */
public record Port(String id, String title, String notPorted) {}
