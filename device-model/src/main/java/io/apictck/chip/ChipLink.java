package io.apictck.chip;

import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import java.io.IOException;
import java.time.Duration;

/** Asks a chip, and waits for its answer no longer than it may take. */
final class ChipLink implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(20);
  private static final long NONE = 0;

  private final ChipConnection connection;
  private final Duration limit;
  private final LineReader reader;
  private final LineWriter out;
  private final Thread watch;

  /** When the answer is due, in terms of {@link System#nanoTime}. */
  private volatile long due = NONE;

  private volatile boolean late;
  private volatile boolean closed;

  /** Talks over a connection. */
  ChipLink(ChipConnection connection, Duration limit) {
    this.connection = connection;
    this.limit = limit;
    reader = new LineReader(connection.input());
    out = new LineWriter(connection.output());
    watch = Thread.ofVirtual().name("apictck-chip-watch").start(this::watch);
  }

  /** Who is told what a chip says before its answer. */
  @FunctionalInterface
  interface Listener {
    /** A line; the verb is read. */
    void told(String verb, Words words);
  }

  /** Where the next request is put together. */
  LineWriter out() {
    return out;
  }

  /** Sends the request; its answer is ok. */
  void done(Listener listener) {
    long ignored = ask(listener, false);
  }

  /** Sends the request; its answer is ok and a value. */
  long value(Listener listener) {
    return ask(listener, true);
  }

  private long ask(Listener listener, boolean value) {
    String request = out.toString();
    Words answer = exchange(listener);
    try {
      String verb = answer.next();
      if (verb.equals(Verbs.ERR)) {
        throw new PlatformException(
            "the chip cannot do \"%s\": %s".formatted(request, answer.rest()));
      }
      boolean fault = verb.equals(Verbs.GP) && isMsrAccess(request);
      if (!fault && !verb.equals(Verbs.OK)) {
        throw new ProtocolException("\"" + answer + "\" does not belong there");
      }
      long given = value && !fault ? answer.hex() : 0;
      answer.end();
      if (fault) {
        throw GeneralProtectionException.GP;
      }
      return given;
    } catch (ProtocolException e) {
      throw wrong(request, e.getMessage());
    }
  }

  private static boolean isMsrAccess(String request) {
    return request.contains(Verbs.RDMSR) || request.contains(Verbs.WRMSR);
  }

  /** Sends the request; gives the last line of the answer, which is ok, gp, err or no. */
  Words exchange(Listener listener) {
    String request = out.toString();
    if (reader.hasMore()) {
      throw new PlatformException(
          "the chip said something before it was asked \"%s\"".formatted(request));
    }
    due = notNone(System.nanoTime() + limit.toNanos());
    try {
      out.end().flush();
      for (; ; ) {
        String line = reader.next();
        if (line == null) {
          throw gone(request);
        }
        String verb = new Words(line).next();
        if (isAnswer(verb)) {
          return new Words(line);
        }
        Words words = new Words(line);
        listener.told(words.next(), words);
        words.end();
      }
    } catch (ProtocolException e) {
      throw wrong(request, e.getMessage());
    } catch (IOException e) {
      throw gone(request);
    } finally {
      due = NONE;
    }
  }

  private static boolean isAnswer(String verb) {
    return switch (verb) {
      case Verbs.OK, Verbs.GP, Verbs.ERR, Verbs.NO -> true;
      default -> false;
    };
  }

  /** Answers a question of the chip. */
  void reply(String verb, boolean bit) {
    try {
      out.word(verb).bit(bit).end().flush();
    } catch (IOException e) {
      throw gone(verb);
    }
  }

  private RuntimeException gone(String request) {
    if (late) {
      return new PlatformTimeoutException(
          "the chip did not answer \"%s\" within %d s".formatted(request, limit.toSeconds()));
    }
    return new PlatformException(
        "the chip is gone while it was asked \"%s\": %s".formatted(request, connection.ending()));
  }

  private static PlatformException wrong(String request, String why) {
    return new PlatformException(
        "the answer of the chip to \"%s\" is wrong: %s".formatted(request, why));
  }

  private void watch() {
    while (!closed) {
      long expected = due;
      if (expected != NONE && System.nanoTime() - expected > 0) {
        late = true;
        connection.kill();
        return;
      }
      try {
        Thread.sleep(TICK);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static long notNone(long nanos) {
    return nanos == NONE ? 1 : nanos;
  }

  @Override
  public void close() {
    closed = true;
    watch.interrupt();
    connection.close();
  }
}
