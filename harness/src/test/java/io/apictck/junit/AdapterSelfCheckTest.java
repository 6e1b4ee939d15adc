package io.apictck.junit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.MachineRequest;
import io.apictck.tiny.TinyPlatform;
import io.apictck.tiny.TinyPlatform.Trouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AdapterSelfCheckTest {
  @Test
  void findsNothingWrongWithAGoodPlatform() {
    assertThatCode(() -> check(Trouble.NONE)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "WRONG_BLOCK, a block of 1 NOPs must give Completed of CPU 0 and block 1",
    "FEW_VALUES, Rdmsr[msr=27] must give 2 values",
    "GOES_ON, the instructions behind a faulting one must not be executed",
    "NO_TIME, Elapse returned 1000000 ns early",
    "TIME_BACK, time went backwards",
    "FORGETS_SUSPENDED, IRET must leave the handler of INT n",
    "KEEPS_IF, IF must be 0 after Reset",
    "SMALL_SCRATCH, scratch memory has 4096 bytes",
  })
  void namesTheRuleThatIsBroken(Trouble trouble, String text) {
    assertThatThrownBy(() -> check(trouble))
        .isInstanceOf(AdapterFaultException.class)
        .hasMessageStartingWith("adapter self-check: " + text);
  }

  @Test
  void comparesTheMachineWithTheRequest() {
    assertThatThrownBy(
            () -> AdapterSelfCheck.check(new TinyPlatform(Trouble.NONE), MachineRequest.of(2)))
        .hasMessage("adapter self-check: 2 processors were asked for, but there are 1");
  }

  private static void check(Trouble trouble) {
    AdapterSelfCheck.check(new TinyPlatform(trouble), MachineRequest.of(1));
  }
}
