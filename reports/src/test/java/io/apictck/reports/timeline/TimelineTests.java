package io.apictck.reports.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Place;
import io.apictck.trace.Trace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * Compares with a picture that was looked at. After a wanted change run with {@code
 * -Dapictck.updateGolden=true}, look at it and commit it.
 */
final class TimelineTests {
  private static final Path GOLDEN = Path.of("src/test/resources/timeline/nested.svg");

  private final Trace trace = new Trace();
  private long nanos;
  private long blocks;

  private void run(int cpu, Instruction... instructions) {
    trace.did(nanos, new Action.Execute(cpu, ++blocks, List.of(instructions)));
    nanos++;
  }

  private void ran(int cpu, Instruction... instructions) {
    run(cpu, instructions);
    trace.saw(nanos, new Event.Completed(cpu, blocks, new long[0]));
  }

  private void takes(int cpu, int vector, Event.Kind kind) {
    trace.saw(nanos, new Event.InterruptTaken(cpu, vector, kind, Place.IDLE, 0x202));
  }

  private static Instruction write(LapicRegister register, long value) {
    return new Instruction.Store(ApicBase.DEFAULT_ADDRESS + register.offset(), 4, value);
  }

  private static Instruction selfIpi(int vector) {
    return write(
        LapicRegister.ICR, InterruptCommand.fixed(vector).withShorthand(Shorthand.SELF).low());
  }

  private void nested() {
    trace.did(0, new Action.Reset());
    ran(0, write(LapicRegister.SVR, 0x1FF));
    trace.saw(nanos, new Event.ProcessorReset(1));
    trace.saw(nanos, new Event.ProcessorStarted(1, 8, new Event.StartState(0x800, 0, 0x10, 2)));
    ran(0, new Instruction.Sti());
    ran(0, selfIpi(0x41));
    takes(0, 0x41, Event.Kind.EXTERNAL);
    trace.did(nanos, new Action.SetLocalLine(0, LocalLine.LINT1, true));
    takes(0, 2, Event.Kind.NMI);
    ran(0, new Instruction.Iret());
    run(0, new Instruction.Wrmsr(0x1B, 0x400));
    trace.saw(nanos, new Event.Faulted(0, blocks, 0, 13, 0));
    trace.note(nanos, "case 41h <of 2>");
    ran(0, write(LapicRegister.EOI, 0), new Instruction.Iret());
    trace.did(nanos, new Action.Elapse(20_000_000));
    nanos = 20_000_000;
    trace.saw(nanos, new Event.ShutDown(1));
  }

  @Test
  void nestedInterruptsLookAsTheyDid() throws IOException {
    nested();
    String svg = Timeline.svg(trace);
    if (Boolean.getBoolean("apictck.updateGolden")) {
      Files.createDirectories(GOLDEN.getParent());
      Files.writeString(GOLDEN, svg);
    }
    assertThat(svg).isEqualTo(Files.readString(GOLDEN, StandardCharsets.UTF_8));
  }

  @Test
  void userInterruptsHaveAColourAndUiretLeavesTheirHandler() {
    trace.saw(0, new Event.UserInterruptTaken(0, 7, Place.IDLE, 0x202, 0x1000));
    ran(0, new Instruction.Uiret());
    assertThat(Timeline.svg(trace))
        .contains("class=\"user\"", "USER 7", "user interrupt taken", "uiret");
  }

  @Test
  void aLongTraceIsCutAndStillWellFormed()
      throws IOException, ParserConfigurationException, SAXException {
    for (int i = 0; i < 3_000; i++) {
      ran(i % 9, selfIpi(0x41 + i % 16));
      takes(i % 9, 0x41, Event.Kind.EXTERNAL);
      ran(i % 9, new Instruction.Iret());
    }
    String svg = Timeline.svg(trace);
    assertThat(svg).contains("rows left out", "other CPUs").hasSizeLessThan(40_000);
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new java.io.StringReader(svg)));
  }

  @Test
  void anEmptyTraceIsAPictureToo() {
    assertThat(Timeline.svg(new Trace())).startsWith("<svg").contains("CPU 0");
  }

  @Test
  void aListingKeepsBeginningAndEnd() {
    nested();
    String listing = TraceListing.of(trace, 8);
    assertThat(listing.lines()).hasSize(9);
    assertThat(listing).contains("reset", "lines left out", "triple fault");
    assertThat(TraceListing.of(trace, TraceListing.ALL)).contains("SVR", "note: case 41h");
  }
}
