package io.apictck.model.processor.paging;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.PagingEntry;
import io.apictck.model.processor.paging.MemoryAccess.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A walk through the paging structures of a guest. */
final class PageWalkTest {
  private static final long TOP = 0x1000;
  private static final long POINTERS = 0x2000;
  private static final long DIRECTORY = 0x3000;
  private static final long TABLE = 0x4000;
  private static final long PAGE = 0x7000;

  /** Entry 1 of each table. */
  private static final long LINEAR = 1L << 39 | 1 << 30 | 1 << 21 | 1 << 12 | 0x123;

  private static final int ENTRY = 8;
  private static final long OPEN = PagingEntry.PRESENT | PagingEntry.WRITABLE | PagingEntry.USER;

  private final Tables tables = new Tables();
  private final PageWalk walk = new PageWalk(tables);

  @BeforeEach
  void build() {
    tables
        .with(TOP + ENTRY, POINTERS | OPEN)
        .with(POINTERS + ENTRY, DIRECTORY | OPEN)
        .with(DIRECTORY + ENTRY, TABLE | OPEN)
        .with(TABLE + ENTRY, PAGE | OPEN);
  }

  private Translation translate(Kind kind, int cpl, boolean writeProtect) {
    return walk.translate(
        TOP, 4, LINEAR, MemoryAccess.of(kind, cpl), writeProtect, StructureSpace.PHYSICAL);
  }

  private static Translation fault(int errorCode) {
    return new Translation.PageFault(errorCode);
  }

  @Test
  void findsThePageAndMarksTheWay() {
    assertThat(translate(Kind.READ, 3, true)).isEqualTo(new Translation.Mapped(PAGE | 0x123));
    for (long table : new long[] {TOP, POINTERS, DIRECTORY, TABLE}) {
      assertThat(tables.at(table + ENTRY) & 0xFFF).isEqualTo(OPEN | PagingEntry.ACCESSED);
    }
  }

  @Test
  void aWriteMarksThePageDirty() {
    assertThat(translate(Kind.WRITE, 0, true)).isInstanceOf(Translation.Mapped.class);
    assertThat(tables.at(TABLE + ENTRY) & PagingEntry.DIRTY).isNotZero();
    assertThat(tables.at(DIRECTORY + ENTRY) & PagingEntry.DIRTY).isZero();
  }

  @Test
  void findsLargePages() {
    tables.with(DIRECTORY + ENTRY, 0x40_0000 | OPEN | PagingEntry.LARGE);
    assertThat(translate(Kind.WRITE, 0, true)).isEqualTo(new Translation.Mapped(0x40_1123));
    assertThat(tables.at(DIRECTORY + ENTRY) & PagingEntry.DIRTY).isNotZero();
  }

  @ParameterizedTest
  @CsvSource({"READ, 0, 0", "WRITE, 0, 2", "READ, 3, 4", "WRITE, 3, 6", "FETCH, 0, 16"})
  void whatIsNotPresentFaults(Kind kind, int cpl, int errorCode) {
    for (long table : new long[] {TABLE, DIRECTORY, POINTERS, TOP}) {
      tables.with(table + ENTRY, 0);
      assertThat(translate(kind, cpl, true)).isEqualTo(fault(errorCode));
    }
  }

  @Test
  void theRightToWriteIsThatOfAllEntries() {
    for (long table : new long[] {TOP, POINTERS, DIRECTORY, TABLE}) {
      build();
      tables.with(table + ENTRY, tables.at(table + ENTRY) & ~PagingEntry.WRITABLE);
      assertThat(translate(Kind.READ, 0, true)).isInstanceOf(Translation.Mapped.class);
      assertThat(translate(Kind.WRITE, 0, true)).isEqualTo(fault(3));
      assertThat(translate(Kind.WRITE, 3, false)).isEqualTo(fault(7));
      assertThat(translate(Kind.WRITE, 0, false)).isInstanceOf(Translation.Mapped.class);
    }
  }

  @Test
  void pagesOfTheSupervisorAreClosedToUserMode() {
    tables.with(POINTERS + ENTRY, DIRECTORY | (OPEN & ~PagingEntry.USER));
    assertThat(translate(Kind.READ, 3, true)).isEqualTo(fault(5));
    assertThat(translate(Kind.READ, 0, true)).isInstanceOf(Translation.Mapped.class);
  }

  @Test
  void aFaultLeavesNoMarkInThePage() {
    tables.with(TABLE + ENTRY, PAGE | PagingEntry.PRESENT);
    assertThat(translate(Kind.WRITE, 0, true)).isEqualTo(fault(3));
    assertThat(tables.at(TABLE + ENTRY)).isEqualTo(PAGE | PagingEntry.PRESENT);
  }

  @Test
  void reservedBitsFault() {
    tables.with(TABLE + ENTRY, PAGE | OPEN | 1L << 51);
    assertThat(translate(Kind.READ, 0, true)).isEqualTo(fault(9));
    tables.with(DIRECTORY + ENTRY, 0x40_2000 | OPEN | PagingEntry.LARGE);
    assertThat(translate(Kind.READ, 0, true)).isEqualTo(fault(9));
    tables.with(POINTERS + ENTRY, DIRECTORY | OPEN | PagingEntry.LARGE);
    assertThat(translate(Kind.READ, 0, true)).isEqualTo(fault(9));
  }

  @Test
  void whatLocatesTheEntriesHasItsSay() {
    Translation refused = new Translation.InAccessPage();
    StructureSpace refusing = (address, write) -> refused;
    StructureSpace readOnly = (address, write) -> write ? refused : new Translation.Mapped(address);
    MemoryAccess access = MemoryAccess.of(Kind.READ, 0);
    assertThat(walk.translate(TOP, 4, LINEAR, access, true, refusing)).isEqualTo(refused);
    assertThat(walk.translate(TOP, 4, LINEAR, access, true, readOnly)).isEqualTo(refused);
    assertThat(translate(Kind.READ, 0, true)).isInstanceOf(Translation.Mapped.class);
    assertThat(walk.translate(TOP, 4, LINEAR, access, true, readOnly))
        .as("nothing is left to be marked")
        .isInstanceOf(Translation.Mapped.class);
  }
}
