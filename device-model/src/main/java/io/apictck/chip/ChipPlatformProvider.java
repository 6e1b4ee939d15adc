package io.apictck.chip;

import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformProvider;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The target {@code chip}: interrupt controllers in a process, reference processors around them.
 */
public final class ChipPlatformProvider implements PlatformProvider {
  private static final String COMMAND = "command";
  private static final String SOCKET = "socket";
  private static final String PATIENCE = "patience";
  private static final int DEFAULT_PATIENCE = 10;
  private static final int MAX_PATIENCE = 3600;

  /** For {@link java.util.ServiceLoader}. */
  public ChipPlatformProvider() {}

  @Override
  public String name() {
    return "chip";
  }

  @Override
  public String summary() {
    return "Interrupt controllers in a process that speaks the chip protocol, with the processors"
        + " of the reference model: chip:COMMAND.";
  }

  @Override
  public Map<String, String> options() {
    return Map.of(
        COMMAND,
        "What to start, with its arguments: all to the end, so it stands last; may go without"
            + " its key.",
        SOCKET,
        "A Unix domain socket to connect to, in place of a command.",
        PATIENCE,
        "Seconds that an answer may take, " + DEFAULT_PATIENCE + " without it.");
  }

  @Override
  public Platform open(Map<String, String> options, MachineRequest request) {
    Duration patience = patience(options.get(PATIENCE));
    ChipLink link = new ChipLink(connect(options), patience);
    return ChipPlatform.open(link, ChipRequest.of(request));
  }

  private static ChipConnection connect(Map<String, String> options) {
    String socket = options.get(SOCKET);
    String command = options.getOrDefault(COMMAND, "");
    if (socket == null) {
      return ChipProcess.start(command);
    }
    if (!command.isBlank()) {
      throw new PlatformException("a chip has a command or a socket, not both");
    }
    return ChipSocket.connect(socket);
  }

  private static Duration patience(@Nullable String text) {
    if (text == null) {
      return Duration.ofSeconds(DEFAULT_PATIENCE);
    }
    try {
      int seconds = Integer.parseInt(text);
      if (seconds >= 1 && seconds <= MAX_PATIENCE) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new PlatformException(
        "patience is a number of seconds from 1 to %d, not \"%s\"".formatted(MAX_PATIENCE, text));
  }
}
