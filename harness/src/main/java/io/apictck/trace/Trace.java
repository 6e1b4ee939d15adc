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
  private static final int TAIL = 1024;

  private final List<TraceEntry> head = new ArrayList<>();
  private final TraceEntry[] tail = new TraceEntry[TAIL];
  private final TraceDigest digest = new TraceDigest();
  private long size;

  /** Records an action. */
  public void did(long nanos, Action action) {
    digest.add(nanos, action);
    add(new TraceEntry.Did(nanos, action));
  }

  /** Records an event. */
  public void saw(long nanos, Event event) {
    digest.add(nanos, event);
    add(new TraceEntry.Saw(nanos, event));
  }

  /** Records a remark of the test. */
  public void note(long nanos, String text) {
    digest.add(nanos, text);
    add(new TraceEntry.Note(nanos, text));
  }

  private void add(TraceEntry entry) {
    if (size < HEAD) {
      head.add(entry);
    } else {
      tail[(int) ((size - HEAD) % TAIL)] = entry;
    }
    size++;
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
    return List.copyOf(head);
  }

  /** The last entries that do not belong to {@link #head()}. */
  public List<TraceEntry> tail() {
    long later = size - head.size();
    int kept = (int) Math.min(later, TAIL);
    List<TraceEntry> entries = new ArrayList<>(kept);
    for (long i = later - kept; i < later; i++) {
      entries.add(tail[(int) (i % TAIL)]);
    }
    return List.copyOf(entries);
  }

  /** The last {@code count} entries, fewer if there are not so many. */
  public List<TraceEntry> last(int count) {
    List<TraceEntry> all = new ArrayList<>(head);
    if (omitted() > 0) {
      all.clear();
    }
    all.addAll(tail());
    return List.copyOf(all.subList(Math.max(0, all.size() - count), all.size()));
  }

  /** A number that depends on every entry; equal traces have equal digests, in every run. */
  public long digest() {
    return digest.value();
  }
}
