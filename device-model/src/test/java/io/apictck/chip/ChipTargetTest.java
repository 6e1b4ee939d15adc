package io.apictck.chip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.model.ReferencePlatformProvider;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription.IoApic;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.platform.Stimulus;
import io.apictck.platform.UnsupportedRequestException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chips in a few lines of shell: good ones, and bad ones that must end in one sentence. */
@Timeout(60)
final class ChipTargetTest {
  private static final String GOOD_HELLO =
      "read -r l; echo chip 1 1.5 sh; echo has pic; echo lines 1 f; echo ok; ";

  /** Answers all requests; what it does at the first IN is to be filled in. */
  private static final String LOOP =
      GOOD_HELLO
          + "while read -r verb rest; do case $verb in in) %s;; read) echo ok 0;; *) echo ok;; esac;"
          + " done";

  private static final Action READ_PORT =
      new Action.Execute(0, 1, List.of(new Instruction.In(0x21, 1)));

  private static Platform open(String script, MachineRequest request) {
    String command = "sh -c '" + script + "'";
    return new ChipPlatformProvider().open(Map.of("command", command, "patience", "1"), request);
  }

  private static Platform open(String script) {
    return open(script, MachineRequest.of(1));
  }

  @Test
  void describesTheMachineAroundTheChip() {
    try (Platform chip = open(LOOP.formatted("echo ok 5a"))) {
      assertThat(chip.description().name()).isEqualTo("sh");
      assertThat(chip.description().version()).isEqualTo("1.5");
      assertThat(chip.description().board().devices()).contains(Feature.PIC);
      assertThat(chip.description().board().lines()).hasSize(15);
      assertThat(chip.description().stimuli())
          .contains(Stimulus.LINES, Stimulus.LINT_PINS)
          .doesNotContain(Stimulus.FUNCTION_INTERRUPTS);
      assertThat(chip.description().borrows("LAPIC-EOI-001")).isTrue();
      assertThat(chip.description().borrows("PIC-EOI-001")).isFalse();
      assertThat(chip.perform(READ_PORT).events())
          .containsExactly(new Event.Completed(0, 1, new long[] {0x5A}));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "exit 3| the chip is gone while it was asked \"hello 1 apic-ids=0\": it ended with exit code 3",
        "echo out of order >&2; exit 4| the chip is gone while it was asked \"hello 1 apic-ids=0\":"
            + " it ended with exit code 4: out of order",
        "read -r l; echo chip 2 1 x; echo ok| what the chip says of itself is wrong: it speaks"
            + " version 2 of the protocol, this kit version 1",
        "read -r l; echo err only version 7| the chip answers the hello by \"err only version 7\"",
        "read -r l; echo hello; echo ok| what the chip says of itself is wrong: \"hello \" tells"
            + " nothing of a chip",
        "read -r l; echo ok| what the chip says of itself is wrong: it does not say \"chip\", its"
            + " version and its name",
        "head -c 10000000 /dev/zero; sleep 100| the answer of the chip to \"hello 1 apic-ids=0\" is"
            + " wrong: a line is longer than 65536 bytes",
        "echo ok; read -r l; sleep 100| what the chip says of itself is wrong: it does not say"
            + " \"chip\", its version and its name",
      })
  void aBadHelloIsOneSentence(String script, String sentence) {
    assertThatThrownBy(() -> open(script))
        .isInstanceOf(PlatformException.class)
        .hasMessage(sentence);
  }

  @Test
  void aHelloThatNeverComesEndsInTime() {
    assertSoon(() ->
        assertThatThrownBy(() -> open("sleep 1000; true"))
            .isInstanceOf(PlatformTimeoutException.class)
            .hasMessage("the chip did not answer \"hello 1 apic-ids=0\" within 1 s"));
    assertSoon(() ->
        assertThatThrownBy(() -> open("while :; do echo chip 1 1 x; done"))
            .isInstanceOf(PlatformTimeoutException.class));
  }

  @Test
  void aProgramThatIsNotThereIsOneSentence() {
    assertThatThrownBy(() ->
            new ChipPlatformProvider()
                .open(Map.of("command", "/no/such/chip -v"), MachineRequest.of(1)))
        .isInstanceOf(PlatformException.class)
        .hasMessage("there is no program /no/such/chip");
    assertThatThrownBy(() ->
            new ChipPlatformProvider()
                .open(Map.of("socket", "/no/such/socket"), MachineRequest.of(1)))
        .isInstanceOf(PlatformException.class)
        .hasMessageStartingWith("no chip can be reached at /no/such/socket: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "exit 9| the chip is gone while it was asked \"in 0 21 1\": it ended with exit code 9",
        "echo what| the answer of the chip to \"in 0 21 1\" is wrong: \"what\" does not belong there",
        "echo| the answer of the chip to \"in 0 21 1\" is wrong: \"\" has too few words",
        "echo ok| the answer of the chip to \"in 0 21 1\" is wrong: \"ok\" has too few words",
        "echo ok xyz| the answer of the chip to \"in 0 21 1\" is wrong: \"xyz\" in \"ok xyz\" is no"
            + " hexadecimal number",
        "echo gp| the answer of the chip to \"in 0 21 1\" is wrong: \"gp\" does not belong there",
        "echo err no such port| the chip cannot do \"in 0 21 1\": no such port",
        "echo intr 0 1; echo ok 1| the answer of the chip to \"in 0 21 1\" is wrong: a chip without"
            + " local APICs has nothing to say to processors",
        "head -c 10000000 /dev/zero| the answer of the chip to \"in 0 21 1\" is wrong: a line is"
            + " longer than 65536 bytes",
      })
  void aBadAnswerIsACrash(String answer, String sentence) {
    try (Platform chip = open(LOOP.formatted(answer))) {
      assertThatThrownBy(() -> chip.perform(READ_PORT))
          .isInstanceOf(PlatformException.class)
          .hasMessage(sentence);
    }
  }

  @Test
  void anAnswerThatNeverComesIsATimeout() {
    try (Platform chip = open(LOOP.formatted("sleep 1000"))) {
      assertSoon(() ->
          assertThatThrownBy(() -> chip.perform(READ_PORT))
              .isInstanceOf(PlatformTimeoutException.class)
              .hasMessage("the chip did not answer \"in 0 21 1\" within 1 s"));
    }
  }

  @Test
  void anAnswerTooManyIsNoticed() {
    try (Platform chip = open(LOOP.formatted("printf \"ok 1\\nok 2\\n\""))) {
      assertThat(chip.perform(READ_PORT).events()).hasSize(1);
      assertThatThrownBy(() -> chip.perform(READ_PORT))
          .isInstanceOf(PlatformException.class)
          .hasMessage("the chip said something before it was asked \"in 0 21 1\"");
    }
  }

  @Test
  void aRefusalIsNoFailure() {
    assertThatThrownBy(() -> open("read -r l; echo no I have one processor"))
        .isInstanceOf(UnsupportedRequestException.class)
        .hasMessage("the chip says: I have one processor");
    assertThatThrownBy(() -> open(LOOP, new MachineRequest(1, List.of(), Set.of(Feature.PIC))))
        .isInstanceOf(UnsupportedRequestException.class)
        .hasMessage("the chip cannot be without pic");
  }

  @Test
  void theReferenceChipHasTheSameBoardOverTheWire() throws Exception {
    MachineRequest request =
        new MachineRequest(
            2, List.of(3, 0x1_0000), Set.of(Feature.TSC_DEADLINE, Feature.REMAPPING_UNIT));
    String command =
        "'%s' -cp '%s' io.apictck.chip.ChipServer io-apics=2"
            .formatted(
                ProcessHandle.current().info().command().orElseThrow(),
                System.getProperty("java.class.path"));
    try (Platform chip = new ChipPlatformProvider().open(Map.of("command", command), request);
        Platform model = new ReferencePlatformProvider().open(Map.of("io-apics", "2"), request)) {
      assertThat(chip.description())
          .usingRecursiveComparison()
          .ignoringFields("name", "version")
          .isEqualTo(model.description());
      assertThat(chip.description().ioApics()).contains(new IoApic(0xFEC0_1000L, 24, 24));
    }
  }

  private static void assertSoon(ThrowingCallable call) {
    long began = System.nanoTime();
    assertThatCode(call).doesNotThrowAnyException();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
  }
}
