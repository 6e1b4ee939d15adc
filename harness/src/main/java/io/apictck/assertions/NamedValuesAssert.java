package io.apictck.assertions;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.assertj.core.api.MapAssert;

/** About values by name, such as those of all registers; says only which of them differ. */
public final class NamedValuesAssert<K, V> extends MapAssert<K, V> {
  NamedValuesAssert(Map<K, V> actual) {
    super(actual);
  }

  @Override
  public NamedValuesAssert<K, V> isEqualTo(Object expected) {
    if (expected instanceof Map<?, ?> wanted && !wanted.equals(actual)) {
      failWithMessage("%s", String.join("\n", differences(wanted)));
    }
    super.isEqualTo(expected);
    return this;
  }

  private List<String> differences(Map<?, ?> wanted) {
    Map<String, Object> shown = new HashMap<>();
    actual.forEach((name, value) -> shown.put(String.valueOf(name), value));
    Map<String, Object> expected = new HashMap<>();
    wanted.forEach((name, value) -> expected.put(String.valueOf(name), value));
    TreeSet<String> names = new TreeSet<>(shown.keySet());
    names.addAll(expected.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      Object value = expected.get(name);
      Object seen = shown.get(name);
      if (value == null) {
        differences.add(name + " should not be there, but is " + seen);
      } else if (seen == null) {
        differences.add(name + " should be " + value + ", but is not there");
      } else if (!value.equals(seen)) {
        differences.add(name + " should be " + value + ", but is " + seen);
      }
    }
    return differences;
  }
}
