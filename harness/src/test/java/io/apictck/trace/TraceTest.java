package io.apictck.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.platform.Action;
import io.apictck.platform.Event;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TraceTest {
  private static Trace of(int notes) {
    Trace trace = new Trace();
    IntStream.range(0, notes).forEach(i -> trace.note(i, "note " + i));
    return trace;
  }

  private static TraceEntry entry(int number) {
    return new TraceEntry.Note(number, "note " + number);
  }

  @Test
  void keepsShortTracesWhole() {
    Trace trace = of(3);
    assertThat(trace.size()).isEqualTo(3);
    assertThat(trace.omitted()).isZero();
    assertThat(trace.head()).containsExactly(entry(0), entry(1), entry(2));
    assertThat(trace.tail()).isEmpty();
    assertThat(trace.last(2)).containsExactly(entry(1), entry(2));
    assertThat(trace.last(9)).hasSize(3);
  }

  @Test
  void keepsBeginningAndEndOfLongOnes() {
    Trace trace = of(3000);
    assertThat(trace.size()).isEqualTo(3000);
    assertThat(trace.omitted()).isEqualTo(3000 - 256 - 1024);
    assertThat(trace.head()).hasSize(256).endsWith(entry(255));
    assertThat(trace.tail()).hasSize(1024).startsWith(entry(1976)).endsWith(entry(2999));
    assertThat(trace.last(2)).containsExactly(entry(2998), entry(2999));
    assertThat(trace.last(5000)).hasSize(1024);
  }

  @Test
  void joinsBeginningAndEndWhereNothingIsMissing() {
    assertThat(of(300).last(60)).hasSize(60).startsWith(entry(240)).endsWith(entry(299));
  }

  @Test
  void digestsEverything() {
    assertThat(of(3000).digest()).isEqualTo(of(3000).digest()).isNotEqualTo(of(2999).digest());
    assertThat(digest(trace -> trace.did(0, new Action.SetLine(1, true))))
        .isNotEqualTo(digest(trace -> trace.did(0, new Action.SetLine(1, false))));
    assertThat(digest(trace -> trace.saw(0, new Event.ShutDown(0))))
        .isNotEqualTo(digest(trace -> trace.saw(0, new Event.ProcessorReset(0))));
    assertThat(digest(trace -> trace.saw(1, new Event.ShutDown(0))))
        .isNotEqualTo(digest(trace -> trace.saw(0, new Event.ShutDown(0))));
  }

  @Test
  void hasTheSameDigestInEveryRun() {
    assertThat(new Trace().digest()).isEqualTo(0x9E37_79B9_7F4A_7C15L);
  }

  private static long digest(Consumer<Trace> entries) {
    Trace trace = new Trace();
    entries.accept(trace);
    return trace.digest();
  }
}
