package io.apictck.reports.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultFolderTests {
  @TempDir Path temporary;

  @Test
  void resultsOfAnEarlierRunAreReplacedAndNothingElse() throws IOException {
    Path path = temporary.resolve("results");
    ResultFolder folder = ResultFolder.forRun(path);
    Files.writeString(folder.conformance(), "old");
    Files.writeString(folder.allureResults().resolve("old.json"), "old");
    Path note = Files.writeString(path.resolve("notes-of-the-user.txt"), "keep");
    ResultFolder.forRun(path).deletePrevious();
    assertThat(folder.conformance()).doesNotExist();
    assertThat(folder.allureResults()).isEmptyDirectory();
    assertThat(note).exists();
    assertThat(path.resolve(".previous")).doesNotExist();
  }

  @Test
  void whatABrokenRunDidNotDeleteIsNoHindrance() throws IOException {
    Path path = temporary.resolve("results");
    for (int run = 0; run < 3; run++) {
      Files.writeString(ResultFolder.forRun(path).conformance(), "run " + run);
    }
    ResultFolder.forRun(path).deletePrevious();
    assertThat(path.resolve(".previous")).doesNotExist();
  }

  @Test
  void aFolderWithOtherThingsIsLeftAlone() throws IOException {
    Path file = Files.writeString(temporary.resolve("thesis.tex"), "precious");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> ResultFolder.forRun(temporary))
        .withMessageContaining(temporary.toString());
    assertThat(file).exists();
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> ResultFolder.forRun(file))
        .withMessageContaining("is a file");
  }
}
