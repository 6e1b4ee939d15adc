package io.apictck.target.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.platform.GuestState;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@link AgentLayout} against the agent's {@code layout.h}. */
final class AgentLayoutTest {
  private static final Path HEADER_FILE =
      Path.of(System.getProperty("basedir", ""), "src/main/agent/layout.h");

  private static final Pattern DEFINE =
      Pattern.compile("#define\\s+(\\w+)\\s+(0[xX][0-9A-Fa-f]+|\\d+)\\s*(?:/\\*.*)?");

  /** The agent is not concerned with these; if it is one day, they have to agree. */
  private static final Set<String> HOST_ONLY =
      Set.of(
          "SMI_HANDLER",
          "CODE",
          "CODE_SIZE",
          "SCRATCH",
          "SCRATCH_SIZE",
          "RAM_SIZE",
          "ROM_BASE",
          "GUEST_SIZE",
          "MAX_PROCESSORS");

  /** These are there in another form: {@link #startPagesAgree}, {@link #recordsAgree}. */
  private static final Set<String> OTHERWISE = Set.of("START_VECTORS", "RECORDS", "RECORD_SIZE");

  @Test
  void isThatOfTheAgent() throws IOException {
    Map<String, Long> agent = defines();
    Map<String, Long> host = constants();
    Set<String> expected = new HashSet<>(host.keySet());
    expected.removeAll(HOST_ONLY);
    expected.removeAll(OTHERWISE);
    assertThat(agent.keySet()).as("names in layout.h").containsAll(expected);

    Map<String, Long> both = new TreeMap<>(host);
    both.keySet().retainAll(agent.keySet());
    assertThat(agent).containsAllEntriesOf(both);
  }

  @Test
  void namesOnlyWhatIsThere() {
    assertThat(constants().keySet()).containsAll(HOST_ONLY);
  }

  @Test
  void startPagesAgree() throws IOException {
    Map<String, Long> agent = defines();
    int first = (int) (agent.get("START_PAGES") >> 12);
    int count = agent.get("START_PAGE_COUNT").intValue();
    assertThat(AgentLayout.START_VECTORS)
        .containsExactlyElementsOf(IntStream.range(first, first + count).boxed().toList());
  }

  @Test
  void recordsAgree() throws IOException {
    Map<String, Long> agent = defines();
    assertThat(AgentLayout.RECORDS).isEqualTo((int) (agent.get("RECORD_MASK") + 1));
    assertThat(AgentLayout.RECORD_SIZE).isEqualTo(1 << agent.get("RECORD_SHIFT"));
    assertThat(AgentLayout.BOX_RECORDS + AgentLayout.RECORDS * AgentLayout.RECORD_SIZE)
        .as("a mailbox is a page")
        .isLessThanOrEqualTo(0x1000);
  }

  @Test
  void areasDoNotOverlap() throws IOException {
    Map<String, Long> agent = defines();
    long processors = AgentLayout.MAX_PROCESSORS;
    long stacks = agent.get("STACKS");
    assertThat(AgentLayout.HEADER + 0x1000).isLessThanOrEqualTo(AgentLayout.MAILBOXES);
    assertThat(AgentLayout.mailbox(AgentLayout.MAX_PROCESSORS)).isEqualTo(AgentLayout.GUEST_BOXES);
    assertThat(AgentLayout.mailbox(AgentLayout.MAX_PROCESSORS, 0)).isLessThanOrEqualTo(stacks);
    assertThat(stacks + (processors << agent.get("STACK_SHIFT")))
        .isLessThanOrEqualTo(AgentLayout.CODE);
    assertThat(AgentLayout.CODE + processors * AgentLayout.CODE_SIZE)
        .isLessThanOrEqualTo(AgentLayout.SCRATCH);
    assertThat(AgentLayout.SCRATCH + AgentLayout.SCRATCH_SIZE)
        .isLessThanOrEqualTo(AgentLayout.GUESTS);
    assertThat(AgentLayout.guestMemory(AgentLayout.MAX_PROCESSORS, 0))
        .isLessThanOrEqualTo(AgentLayout.RAM_SIZE);
    assertThat(AgentLayout.BOX_EXIT_STACK).isLessThanOrEqualTo(AgentLayout.BOX_RECORDS);
  }

  @Test
  void guestsAgree() throws IOException {
    Map<String, Long> agent = defines();
    assertThat(GuestState.GUESTS).isEqualTo(1 << agent.get("GUESTS_SHIFT"));
    assertThat(AgentLayout.GUEST_COUNT).isEqualTo(AgentLayout.MAX_PROCESSORS * GuestState.GUESTS);
  }

  private static Map<String, Long> defines() throws IOException {
    Map<String, Long> defines = new TreeMap<>();
    for (String line : Files.readAllLines(HEADER_FILE)) {
      Matcher matcher = DEFINE.matcher(line);
      if (matcher.matches()) {
        defines.put(matcher.group(1), Long.decode(matcher.group(2)));
      } else {
        assertThat(line).as("a define that is no number").doesNotContain("#define");
      }
    }
    return defines;
  }

  private static Map<String, Long> constants() {
    Map<String, Long> constants = new TreeMap<>();
    for (Field field : AgentLayout.class.getDeclaredFields()) {
      boolean number = field.getType() == int.class || field.getType() == long.class;
      if (number && !Modifier.isPrivate(field.getModifiers())) {
        try {
          constants.put(field.getName(), ((Number) field.get(null)).longValue());
        } catch (IllegalAccessException e) {
          throw new AssertionError(e);
        }
      }
    }
    return constants;
  }
}
