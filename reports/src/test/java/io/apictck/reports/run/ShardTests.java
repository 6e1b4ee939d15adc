package io.apictck.reports.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardTests {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 20})
  void shardsAreTogetherTheWhole(int count) {
    List<Integer> whole = IntStream.range(0, 17).boxed().toList();
    List<Integer> together = new ArrayList<>();
    for (int index = 1; index <= count; index++) {
      together.addAll(new Shard(index, count).of(whole));
    }
    assertThat(together).containsExactlyInAnyOrderElementsOf(whole);
  }

  @Test
  void shardsAreOfLikeSize() {
    List<Integer> whole = IntStream.range(0, 17).boxed().toList();
    assertThat(new Shard(1, 4).of(whole)).hasSize(5);
    assertThat(new Shard(4, 4).of(whole)).hasSize(4);
  }

  @Test
  void isWrittenAsIndexAndCount() {
    assertThat(Shard.parse("2/4")).isEqualTo(new Shard(2, 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "0/4", "5/4", "a/b", "-1/4", "1/0", "1/4/2", "1/99999999999"})
  void anythingElseIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shard.parse(text))
        .withMessageContaining("2/4");
  }
}
