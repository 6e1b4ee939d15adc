package io.apictck.target.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.Board;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SerialLinkTest {
  private static final long SECOND = 1_000_000_000L;
  private static final byte[] NOTHING = {};

  private final Peer peer = new Peer();
  private final SerialLink link = new SerialLink(peer);

  /** The other side: what it does with each frame is up to the test. */
  private static final class Peer implements SerialHost, Line {
    final List<byte[]> frames = new ArrayList<>();
    private final Deque<byte[]> incoming = new ArrayDeque<>();
    private UnaryOperator<byte[]> reaction = frame -> NOTHING;

    @Override
    public PlatformDescription description() {
      return new PlatformDescription(
          "peer",
          "",
          List.of(0),
          0,
          0,
          List.of(),
          Board.BARE,
          Set.of(),
          false,
          Duration.ofSeconds(1),
          Duration.ofMillis(1));
    }

    @Override
    public void restart() {}

    @Override
    public boolean resetsItself() {
      return false;
    }

    @Override
    public Line line() {
      return this;
    }

    @Override
    public void check() {}

    @Override
    public long silence() {
      return 0;
    }

    @Override
    public long resend() {
      return 5_000_000;
    }

    @Override
    public long absence() {
      return 0;
    }

    @Override
    public int limit() {
      return 0;
    }

    @Override
    public void write(byte[] bytes) {
      frames.add(bytes.clone());
      incoming.add(reaction.apply(bytes));
    }

    @Override
    public int read(byte[] into, long nanos) {
      byte[] bytes = incoming.poll();
      if (bytes == null) {
        return 0;
      }
      System.arraycopy(bytes, 0, into, 0, bytes.length);
      return bytes.length;
    }

    @Override
    public void close() {}
  }

  private static byte[] answer(int sequence) {
    ByteBuffer out = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 0x5A).put((byte) 1).put((byte) sequence).put((byte) 1).putShort((short) 0);
    return out.putInt(Frame.checksum(out.array(), 6)).array();
  }

  @Test
  void sendsALostFrameAgainAsItWas() {
    peer.reaction = frame -> peer.frames.size() < 3 ? NOTHING : answer(frame[2]);
    link.send(1, new byte[] {5, 0, 0, 0, 0}, NOTHING);
    assertThat(link.await(SECOND, Long.MAX_VALUE)).isNotNull();
    assertThat(link.isOpen()).isFalse();
    assertThat(peer.frames).hasSizeGreaterThanOrEqualTo(3).allMatch(frame -> frame[2] == 1);
  }

  @Test
  void takesNoAnswerToAnotherFrame() {
    peer.reaction = frame -> answer(frame[2] - 1);
    link.send(1, NOTHING, NOTHING);
    assertThat(link.receive(2_000_000)).isNull();
    assertThat(link.isOpen()).isTrue();
    peer.reaction = frame -> answer(frame[2]);
    link.sendAgain();
    assertThat(link.receive(SECOND)).isNotNull();
  }

  @Test
  void givesUpAfterItsPatience() {
    link.send(1, NOTHING, NOTHING);
    assertThatThrownBy(() -> link.await(30_000_000, Long.MAX_VALUE))
        .isInstanceOf(PlatformTimeoutException.class)
        .hasMessageContaining("peer");
  }

  @Test
  void takesSilenceForAnAnswerWhereItMayBeOne() {
    link.send(1, NOTHING, NOTHING);
    assertThat(link.await(SECOND, 10_000_000)).isNull();
    assertThat(link.isOpen()).isTrue();
  }
}
