package io.apictck.trace;

import io.apictck.platform.Action;
import io.apictck.platform.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that was done to a machine and everything it showed, in order.
 *
 * <p>Of a long trace the beginning and the end are kept; {@link #digest()} covers all of it.
 */
public final class Trace {
  private static final int HEAD = 256;

  /** A power of two. */
  private static final int TAIL = 1024;

  /** Actions, events and notes: the first ones, and behind them the last ones, which go round. */
  private final Object[] kept = new Object[HEAD + TAIL];

  private final long[] times = new long[HEAD + TAIL];
  private final TraceDigest digest = new TraceDigest();
  private long size;

  /** Records an action. */
  public void did(long nanos, Action action) {
    digest.add(nanos, action);
    add(nanos, action);
  }

  /** Records an event. */
  public void saw(long nanos, Event event) {
    digest.add(nanos, event);
    add(nanos, event);
  }

  /** Records a remark of the test. */
  public void note(long nanos, String text) {
    digest.add(nanos, text);
    add(nanos, text);
  }

  private void add(long nanos, Object what) {
    int slot = slot(size);
    kept[slot] = what;
    times[slot] = nanos;
    size++;
  }

  private static int slot(long number) {
    return number < HEAD ? (int) number : HEAD + ((int) (number - HEAD) & TAIL - 1);
  }

  private TraceEntry entry(long number) {
    int slot = slot(number);
    return switch (kept[slot]) {
      case Action action -> new TraceEntry.Did(times[slot], action);
      case Event event -> new TraceEntry.Saw(times[slot], event);
      case Object text -> new TraceEntry.Note(times[slot], text.toString());
    };
  }

  private List<TraceEntry> entries(long first, long end) {
    List<TraceEntry> entries = new ArrayList<>((int) (end - first));
    for (long i = first; i < end; i++) {
      entries.add(entry(i));
    }
    return List.copyOf(entries);
  }

  /** How many entries were recorded. */
  public long size() {
    return size;
  }

  /** How many entries between {@link #head()} and {@link #tail()} were not kept. */
  public long omitted() {
    return Math.max(0, size - HEAD - TAIL);
  }

  /** The first entries. */
  public List<TraceEntry> head() {
    return entries(0, Math.min(size, HEAD));
  }

  /** The last entries that do not belong to {@link #head()}. */
  public List<TraceEntry> tail() {
    return entries(Math.min(size, HEAD) + omitted(), size);
  }

  /** The last {@code count} entries, fewer if there are not so many. */
  public List<TraceEntry> last(int count) {
    long first = omitted() > 0 ? HEAD + omitted() : 0;
    return entries(Math.max(first, size - count), size);
  }

  /** A number that depends on every entry; equal traces have equal digests, in every run. */
  public long digest() {
    return digest.value();
  }
}
