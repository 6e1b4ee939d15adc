package io.apictck.reports.timeline;

import java.util.List;
import java.util.TreeSet;

/**
 * Where the lanes of a picture are, from left to right.
 *
 * @param cpus processors with a lane each, in index order
 * @param others whether a further lane holds the rest of them
 * @param hasDevices whether there is a lane for lines and devices
 */
record Lanes(List<Integer> cpus, boolean others, boolean hasDevices) {
  /** Width of the column with the times. */
  static final int TIME = 96;

  private static final int MAX_CPUS = 6;
  private static final int TOTAL = 980;
  private static final int MIN_CPU = 220;
  private static final int DEVICES = 210;
  private static final int GAP = 10;

  /** The lanes that rows need. */
  static Lanes of(List<Row> rows) {
    TreeSet<Integer> cpus = new TreeSet<>();
    boolean devices = false;
    for (Row row : rows) {
      if (row.lane() >= 0) {
        cpus.add(row.lane());
      }
      devices |= row.lane() == Row.DEVICES;
    }
    if (cpus.isEmpty()) {
      cpus.add(0);
    }
    List<Integer> all = List.copyOf(cpus);
    boolean tooMany = all.size() > MAX_CPUS;
    return new Lanes(tooMany ? all.subList(0, MAX_CPUS - 1) : all, tooMany, devices);
  }

  private int columns() {
    return cpus.size() + (others ? 1 : 0);
  }

  /** Width of a processor's lane. */
  int width() {
    int free = TOTAL - TIME - (hasDevices ? DEVICES + GAP : 0);
    return Math.max(MIN_CPU, free / columns() - GAP);
  }

  /** Left edge of a row's lane. */
  int x(int lane) {
    if (lane == Row.DEVICES || lane == Row.ALL) {
      return TIME;
    }
    int index = cpus.indexOf(lane);
    int column = index < 0 ? cpus.size() : index;
    return TIME + (hasDevices ? DEVICES + GAP : 0) + column * (width() + GAP);
  }

  /** Width of a row's lane. */
  int width(int lane) {
    return switch (lane) {
      case Row.DEVICES -> DEVICES;
      case Row.ALL -> total() - TIME - GAP;
      default -> width();
    };
  }

  /** Whether a row's processor shares a lane. */
  boolean shares(int lane) {
    return lane >= 0 && !cpus.contains(lane);
  }

  /** Width of the picture. */
  int total() {
    return TIME + (hasDevices ? DEVICES + GAP : 0) + columns() * (width() + GAP);
  }
}
