package io.apictck.junit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestNameTest {
  @ParameterizedTest
  @CsvSource({
    "clearsHighest, , clears highest",
    "clearsHighest, x2APIC, clears highest (x2APIC)",
    "doesNMIThing, 3, does NMI thing (3)",
    "x2apic_mode, , x2apic mode",
  })
  void putsTheMethodIntoWords(String method, String invocation, String expected) {
    assertThat(TestName.words(method, invocation)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "a, , java.lang.String#a",
    "a, xAPIC, java.lang.String#a[xAPIC]",
  })
  void identifiesATest(String method, String invocation, String expected) {
    assertThat(TestName.id(String.class, method, invocation)).isEqualTo(expected);
  }
}
