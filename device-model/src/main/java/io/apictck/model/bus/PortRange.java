package io.apictck.model.bus;

/**
 * The ports that a device decodes.
 *
 * @param first lowest port
 * @param last highest port
 * @param device who answers
 */
public record PortRange(int first, int last, PortDevice device) {
  boolean contains(int port) {
    return first <= port && port <= last;
  }
}
