package io.apictck.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VersionRangeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[1.0,2.0); 1.0; true",
        "[1.0,2.0); 1.9.9; true",
        "[1.0,2.0); 1.10; true",
        "[1.0,2.0); 2.0; false",
        "[1.0,2.0); 2.0-rc1; true",
        "[1.0,2.0); 0.9; false",
        "(1.0,2.0]; 1.0; false",
        "(1.0,2.0]; 2.0.0; true",
        "[1.0,); 77; true",
        "(,1.0]; 1.0.1; false",
        "(,1.0]; 0; true",
        "1.0; 1; true",
        "1.0; 1.0.1; false",
        "*; anything; true",
        "(,); x; true",
        "[a,b); a; true",
      })
  void contains(String range, String version, boolean expected) {
    assertThat(VersionRange.parse(range).orElseThrow().contains(version)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"*; true", "[1.0,2.0); false", "1.0; false"})
  void containsAnUnknownVersionIfItContainsAll(String range, boolean expected) {
    assertThat(VersionRange.parse(range).orElseThrow().contains("")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[1.0", "1.0,2.0", "[1.0,2.0,3.0]", "[1 .0]"})
  void isNothingElse(String text) {
    assertThat(VersionRange.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "[1.0,2.0)", "1.0"})
  void isWrittenAsItWasRead(String text) {
    assertThat(VersionRange.parse(text)).hasToString("Optional[" + text + "]");
  }
}
