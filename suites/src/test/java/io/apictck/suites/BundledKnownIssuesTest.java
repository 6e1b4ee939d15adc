package io.apictck.suites;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.verdict.KnownIssue;
import io.apictck.verdict.KnownIssues;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The known issues that the kit brings along speak of tests that exist. */
final class BundledKnownIssuesTest {
  @ParameterizedTest
  @ValueSource(strings = {"kvm", "qemu", "bochs"})
  void nameTestsThatExist(String target) throws ClassNotFoundException {
    List<KnownIssue> issues = KnownIssues.bundled(target).all();
    assertThat(issues).isNotEmpty();
    for (KnownIssue issue : issues) {
      String[] names = issue.pattern().split("[#\\[]", -1);
      assertThat(Arrays.stream(Class.forName(names[0]).getDeclaredMethods()).map(Method::getName))
          .as("%s", issue.source())
          .contains(names[1]);
    }
  }
}
