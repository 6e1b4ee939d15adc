package io.apictck.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CasesTest {
  private final List<Integer> seen = new ArrayList<>();

  @Test
  void runsAllOfARangeInOrder() {
    Cases cases = new Cases(Integer.MAX_VALUE, 1);
    cases.range(3, 6, seen::add);
    assertThat(seen).containsExactly(3, 4, 5, 6);
    assertThat(cases.count()).isEqualTo(4);
  }

  @Test
  void runsARangeThatJustFits() {
    new Cases(4, 1).range(3, 6, seen::add);
    assertThat(seen).containsExactly(3, 4, 5, 6);
  }

  @Test
  void samplesTheSameForTheSameSeed() {
    new Cases(5, 7).range(0, 255, seen::add);
    List<Integer> again = new ArrayList<>();
    new Cases(5, 7).range(0, 255, again::add);
    List<Integer> other = new ArrayList<>();
    new Cases(5, 8).range(0, 255, other::add);

    assertThat(seen).hasSize(5).doesNotHaveDuplicates().isEqualTo(again).isNotEqualTo(other);
    assertThat(seen).allMatch(value -> value >= 0 && value <= 255);
  }

  @Test
  void runsEachValueOrASample() {
    List<String> words = List.of("a", "b", "c");
    List<String> all = new ArrayList<>();
    new Cases(3, 1).each(words, all::add);
    List<String> two = new ArrayList<>();
    new Cases(2, 1).each(words, two::add);

    assertThat(all).isEqualTo(words);
    assertThat(two).hasSize(2).isSubsetOf(words);
  }

  @Test
  void namesTheCaseThatFailed() {
    Cases cases = new Cases(Integer.MAX_VALUE, 1);
    assertThatThrownBy(() -> cases.range(0x1E, 0xFF, value -> assertThat(value).isNotEqualTo(0x20)))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("case 20h (number 3): ");
    assertThatThrownBy(() ->
            new Cases(9, 1)
                .each(
                    List.of("x", "y"),
                    value -> {
                      throw new AssertionError("no");
                    }))
        .hasMessage("case x (number 1): no");
  }
}
