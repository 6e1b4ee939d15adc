package io.apictck.reports.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

final class HtmlTests {
  @Test
  void textsAndAttributesAreEscaped() {
    Html html = new Html().element("a", "<b> & \"c\"", "title", "'\"><script>");
    assertThat(html)
        .hasToString(
            "<a title=\"&#39;&quot;&gt;&lt;script&gt;\">&lt;b&gt; &amp; &quot;c&quot;</a>");
  }

  @Test
  void charactersThatNoPageMayHoldAreReplaced() {
    assertThat(new Html().text("a\u0000b")).hasToString("a\uFFFDb");
  }

  @Test
  void anOpenElementIsNoticed() {
    Html html = new Html().open("p");
    assertThatIllegalStateException().isThrownBy(html::toString);
  }
}
