package io.apictck.target.serial;

import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import org.jspecify.annotations.Nullable;

/** Frames and answers on the line; one frame at a time. */
final class SerialLink {
  private static final long STEP = 1_000_000;

  private final SerialHost host;
  private final AnswerReader answers = new AnswerReader();
  private final byte[] buffer = new byte[0x1000];
  private int sequence;
  private byte[] frame = {};
  private boolean open;

  SerialLink(SerialHost host) {
    this.host = host;
  }

  /** Whether a frame was not answered yet. */
  boolean isOpen() {
    return open;
  }

  /** Sends a new frame. */
  void send(int limit, byte[] writes, byte[] reads) {
    if (open) {
      throw new IllegalStateException("the last frame was not answered");
    }
    sequence = (sequence + 1) & 0xFF;
    frame = new Frame(sequence, limit, writes, reads).bytes();
    open = true;
    host.line().write(frame);
  }

  /** Sends the frame again. */
  void sendAgain() {
    host.line().write(frame);
  }

  /** The answer to the open frame, if it comes within {@code nanos}. */
  @Nullable Answer receive(long nanos) {
    long end = System.nanoTime() + nanos;
    while (true) {
      for (Answer answer = answers.next(); answer != null; answer = answers.next()) {
        if (answer.sequence() == sequence) {
          open = false;
          return answer;
        }
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        return null;
      }
      answers.add(buffer, read(Math.min(left, STEP)));
    }
  }

  private int read(long nanos) {
    try {
      return host.line().read(buffer, nanos);
    } catch (PlatformException e) {
      host.lineBroke();
      throw e;
    }
  }

  /**
   * The answer to the open frame; the frame is sent again now and then.
   *
   * @param patience bound in nanoseconds
   * @param silence after running so long without an answer it gives null
   */
  @Nullable Answer await(long patience, long silence) {
    long now = System.nanoTime();
    boolean maySilence = silence != Long.MAX_VALUE;
    long ran = maySilence ? host.ran() : 0;
    long limit = now + patience;
    long interval = host.resend();
    long again = now + interval;
    while (true) {
      Answer answer = receive(STEP);
      if (answer != null) {
        return answer;
      }
      host.check();
      if (Thread.currentThread().isInterrupted()) {
        throw new PlatformException("interrupted while the machine did not answer");
      }
      if (maySilence && host.ran() - ran > silence) {
        return null;
      }
      now = System.nanoTime();
      if (now > limit) {
        throw new PlatformTimeoutException(
            "%s: no answer over the serial line within %d ms"
                .formatted(host.description().name(), patience / 1_000_000));
      }
      if (now > again) {
        sendAgain();
        // what comes too soon is taken for the rest of a broken frame
        interval *= 2;
        again = now + interval;
      }
    }
  }

  /** Nothing more is expected for the open frame. */
  void abandon() {
    open = false;
  }

  /** The line is new. */
  void forget() {
    answers.forget();
    open = false;
  }
}
