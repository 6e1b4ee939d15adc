package io.apictck.model.processor.paging;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.EptEntry;
import io.apictck.arch.vmx.EptViolation;
import io.apictck.model.processor.paging.MemoryAccess.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A walk through EPT. */
final class EptWalkTest {
  private static final long TOP = 0x1000;
  private static final long POINTERS = 0x2000;
  private static final long DIRECTORY = 0x3000;
  private static final long TABLE = 0x4000;
  private static final long PAGE = 0x7000;

  /** Entry 1 of each table. */
  private static final long ADDRESS = 1L << 39 | 1 << 30 | 1 << 21 | 1 << 12 | 0x123;

  private static final int ENTRY = 8;
  private static final long LEAF = EptEntry.RIGHTS | EptEntry.WRITE_BACK;

  private final Tables tables = new Tables();
  private final EptWalk walk = new EptWalk(tables);

  @BeforeEach
  void build() {
    tables
        .with(TOP + ENTRY, POINTERS | EptEntry.RIGHTS)
        .with(POINTERS + ENTRY, DIRECTORY | EptEntry.RIGHTS)
        .with(DIRECTORY + ENTRY, TABLE | EptEntry.RIGHTS)
        .with(TABLE + ENTRY, PAGE | LEAF);
  }

  private Translation translate(Kind kind) {
    return walk.translate(TOP, ADDRESS, kind, false);
  }

  private static Translation violation(long qualification) {
    return new Translation.Violation(
        ADDRESS, qualification | EptViolation.LINEAR | EptViolation.TRANSLATED);
  }

  private static Translation misconfiguration() {
    return new Translation.Misconfiguration(ADDRESS);
  }

  @Test
  void findsPages() {
    for (Kind kind : Kind.values()) {
      assertThat(translate(kind)).isEqualTo(new Translation.Mapped(PAGE | 0x123));
    }
    tables.with(DIRECTORY + ENTRY, 0x40_0000 | LEAF | EptEntry.LARGE);
    assertThat(translate(Kind.READ)).isEqualTo(new Translation.Mapped(0x40_1123));
  }

  @Test
  void whatIsNotPresentIsAViolationWithoutRights() {
    for (long table : new long[] {TABLE, DIRECTORY, POINTERS, TOP}) {
      tables.with(table + ENTRY, 0);
      assertThat(translate(Kind.READ)).isEqualTo(violation(1));
      assertThat(translate(Kind.WRITE)).isEqualTo(violation(2));
      assertThat(translate(Kind.FETCH)).isEqualTo(violation(4));
    }
  }

  @Test
  void rightsAreThoseOfAllEntries() {
    for (long table : new long[] {TOP, POINTERS, DIRECTORY, TABLE}) {
      build();
      tables.with(table + ENTRY, tables.at(table + ENTRY) & ~EptEntry.WRITE);
      assertThat(translate(Kind.READ)).isInstanceOf(Translation.Mapped.class);
      assertThat(translate(Kind.WRITE)).isEqualTo(violation(2 | 5 << 3));
    }
    tables.with(POINTERS + ENTRY, DIRECTORY | EptEntry.READ);
    assertThat(translate(Kind.FETCH)).isEqualTo(violation(4 | 1 << 3));
  }

  @Test
  void entriesOfTheGuestAreToldFromItsData() {
    tables.with(TABLE + ENTRY, 0);
    assertThat(walk.translate(TOP, ADDRESS, Kind.READ, true))
        .isEqualTo(new Translation.Violation(ADDRESS, 1 | EptViolation.LINEAR));
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 4, 6, 7 | 2 << 3, 7 | 3 << 3, 7 | 7 << 3, LEAF | 1L << 51})
  void badEntriesOfPagesAreMisconfigured(long bits) {
    tables.with(TABLE + ENTRY, PAGE | bits);
    assertThat(translate(Kind.READ)).isEqualTo(misconfiguration());
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 4, 7 | 1 << 3, 7 | 1 << 7})
  void badEntriesOfTablesAreMisconfigured(long bits) {
    tables.with(POINTERS + ENTRY, DIRECTORY | bits);
    assertThat(translate(Kind.READ)).isEqualTo(misconfiguration());
  }

  @Test
  void largePagesAreAligned() {
    tables.with(DIRECTORY + ENTRY, 0x40_1000 | LEAF | EptEntry.LARGE);
    assertThat(translate(Kind.READ)).isEqualTo(misconfiguration());
  }
}
