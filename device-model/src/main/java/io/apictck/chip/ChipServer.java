package io.apictck.chip;

import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceBoard;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatformProvider;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformException;
import io.apictck.platform.UnsupportedRequestException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Serves the reference chipset by the chip protocol: the proof that nothing is lost on the way. */
public final class ChipServer {
  private static final String SOCKET = "socket";
  private static final String NAME = "apic-tck reference chipset";

  /** What the processors and the firmware have, not the chip. */
  private static final Set<Feature> NOT_OF_THE_CHIP =
      EnumSet.of(
          Feature.MONITOR_MWAIT,
          Feature.USER_INTERRUPTS,
          Feature.FIVE_LEVEL_PAGING,
          Feature.WAITPKG,
          Feature.SHADOW_STACKS,
          Feature.BRANCH_TRACKING,
          Feature.RTM,
          Feature.ACPI_TABLES,
          Feature.MP_TABLE);

  private final Map<String, String> options;

  /** Serves machines as the model has them with these options. */
  ChipServer(Map<String, String> options) {
    this.options = Map.copyOf(options);
  }

  /**
   * Serves one machine on standard input and output, or with {@code socket=PATH} one for each
   * connection to a Unix domain socket. Other arguments are options of the target {@code model}.
   */
  public static void main(String[] args) throws IOException {
    Map<String, String> options = new HashMap<>();
    for (String argument : args) {
      int equals = argument.indexOf('=');
      if (equals <= 0) {
        System.err.println("an argument of the reference chip is key=value, not " + argument);
        System.exit(2);
      }
      options.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    String socket = options.remove(SOCKET);
    ChipServer server = new ChipServer(options);
    if (socket == null) {
      server.serve(
          new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
    } else {
      server.listen(Path.of(socket));
    }
  }

  private void listen(Path path) throws IOException {
    Files.deleteIfExists(path);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      for (; ; ) {
        SocketChannel channel = server.accept();
        Thread.ofPlatform().daemon().start(() -> serve(channel));
      }
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      serve(Channels.newInputStream(channel), Channels.newOutputStream(channel));
    } catch (IOException e) {
      // the host is gone
    }
  }

  /** Serves one machine until the input ends. */
  void serve(InputStream in, OutputStream out) throws IOException {
    LineReader reader = new LineReader(in);
    LineWriter writer = new LineWriter(out);
    @Nullable ChipSession session = null;
    for (String line = reader.next(); line != null; line = reader.next()) {
      Words words = new Words(line);
      try {
        if (session == null) {
          session = hello(words, writer);
        } else {
          session.serve(words);
        }
      } catch (ProtocolException | PlatformException | IllegalArgumentException e) {
        writer.word(Verbs.ERR).word(String.valueOf(e.getMessage()).replace('\n', ' ')).end();
      }
      writer.flush();
    }
  }

  /** Answers a hello; null if the machine cannot be like that. */
  private @Nullable ChipSession hello(Words words, LineWriter out) {
    if (!words.next().equals(Verbs.HELLO)) {
      throw new ProtocolException("the first request is hello, not \"" + words + "\"");
    }
    if (words.hex() != Verbs.VERSION) {
      throw new ProtocolException("this chip speaks version " + Verbs.VERSION + " only");
    }
    ModelConfiguration configuration;
    try {
      configuration =
          new ReferencePlatformProvider()
              .configuration(options, ChipRequest.parse(words).machine())
              .without(ChipDescription.REMAPPING);
    } catch (UnsupportedRequestException e) {
      out.word(Verbs.NO).word(String.valueOf(e.getMessage())).end();
      return null;
    }
    ChipSession session =
        new ChipSession(
            out,
            configuration.apicIds().size(),
            client -> new ReferenceChipset(configuration, client));
    describe(configuration, session).write(out);
    out.word(Verbs.OK).end();
    return session;
  }

  private static ChipDescription describe(ModelConfiguration configuration, ChipSession session) {
    Board board = ReferenceBoard.of(configuration);
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    features.addAll(configuration.features());
    features.removeAll(NOT_OF_THE_CHIP);
    features.remove(Feature.IO_APIC);
    String version = ChipServer.class.getPackage().getImplementationVersion();
    return new ChipDescription(
        Objects.requireNonNullElse(version, "0.1.0"),
        NAME,
        true,
        true,
        features,
        ChipDescription.STIMULI,
        MsrRange.of(session.chipset()),
        board.ioApics(),
        board.overrides(),
        board.lines(),
        board.functions());
  }
}
