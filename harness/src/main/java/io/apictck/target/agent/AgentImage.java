package io.apictck.target.agent;

import io.apictck.platform.PlatformException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The guest agent as the build made it.
 *
 * @param rom the 64 KiB below 4 GiB that hold the reset vector
 * @param agent what is loaded at {@link AgentLayout#AGENT_BASE}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record AgentImage(byte[] rom, byte[] agent) {
  private static final String MISSING =
      "this build has no guest agent: install gcc and binutils (Debian: apt-get install gcc"
          + " binutils) and build the project again";

  /** Whether the build had what it takes to make the agent. */
  public static boolean isThere() {
    return AgentImage.class.getResource("agent.bin") != null;
  }

  /** Why it is not there, in a sentence. */
  public static String obstacle() {
    return MISSING;
  }

  /**
   * Reads it.
   *
   * @throws PlatformException if the build left it out
   */
  public static AgentImage load() {
    return new AgentImage(resource("rom.bin"), resource("agent.bin"));
  }

  /** Addresses that a VMCS needs. */
  AgentSymbols symbols() {
    return AgentSymbols.of(agent);
  }

  private static byte[] resource(String name) {
    try (InputStream in = AgentImage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new PlatformException(MISSING);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
