package io.apictck.junit;

import io.apictck.arch.ApicMode;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a test in xAPIC mode and in x2APIC mode; see {@link InEachApicMode}. */
public final class ApicModeTemplate implements TestTemplateInvocationContextProvider {
  private static final Namespace NAMESPACE = Namespace.create(ApicModeTemplate.class);

  /** For JUnit. */
  public ApicModeTemplate() {}

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    return Stream.of(new InMode(ApicMode.XAPIC), new InMode(ApicMode.X2APIC));
  }

  /** The mode that an invocation was given; null if it was not. */
  static @Nullable ApicMode modeOf(ExtensionContext context) {
    return context.getStore(NAMESPACE).get(ApicMode.class, ApicMode.class);
  }

  static String nameOf(ApicMode mode) {
    return switch (mode) {
      case DISABLED -> "disabled";
      case XAPIC -> "xAPIC";
      case X2APIC -> "x2APIC";
    };
  }

  private record InMode(ApicMode mode) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return nameOf(mode);
    }

    @Override
    public void prepareInvocation(ExtensionContext context) {
      context.getStore(NAMESPACE).put(ApicMode.class, mode);
    }
  }
}
