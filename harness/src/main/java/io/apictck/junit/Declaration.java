package io.apictck.junit;

import io.apictck.arch.ApicMode;
import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Stimulus;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What the annotations of a test say.
 *
 * @param request the machine it wants
 * @param mode mode of all local APICs when it begins
 * @param features what the hardware must have
 * @param stimuli what the platform must offer
 * @param isaLines ISA interrupts whose wires the platform must drive
 * @param pins how many inputs of I/O APICs the platform must drive
 * @param virtualTime whether time must be virtual
 * @param powerOn whether it begins right after power-on
 * @param records whether it only records
 * @param sample how many cases a sweep has on slow platforms
 * @param covers requirements that it decides
 * @param ports checks of kvm-unit-tests that it carries
 */
record Declaration(
    MachineRequest request,
    ApicMode mode,
    Set<Feature> features,
    Set<Stimulus> stimuli,
    Set<Integer> isaLines,
    int pins,
    boolean virtualTime,
    boolean powerOn,
    boolean records,
    int sample,
    List<String> covers,
    List<String> ports) {
  private static final int DEFAULT_SAMPLE = 64;

  /** Reads the annotations; a given mode goes over theirs. */
  static Declaration of(Class<?> testClass, Method method, @Nullable ApicMode given) {
    ApicMode mode =
        given != null
            ? given
            : nearest(testClass, method, InMode.class).map(InMode::value).orElse(ApicMode.XAPIC);
    if (mode == ApicMode.DISABLED) {
      throw new IllegalArgumentException(
          "@InMode of "
              + method
              + " must be XAPIC or X2APIC: a test disables the local APIC itself");
    }
    Optional<OnMachine> machine = nearest(testClass, method, OnMachine.class);
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    Set<Stimulus> stimuli = EnumSet.noneOf(Stimulus.class);
    Set<Integer> isaLines = new TreeSet<>();
    int pins = 0;
    boolean virtualTime = false;
    for (AnnotatedElement element : new AnnotatedElement[] {testClass, method}) {
      Optional<Requires> requires = find(element, Requires.class);
      requires.ifPresent(needs -> features.addAll(Arrays.asList(needs.value())));
      requires.ifPresent(needs -> stimuli.addAll(Arrays.asList(needs.stimuli())));
      for (int irq : requires.map(Requires::isaLines).orElse(new int[0])) {
        isaLines.add(irq);
      }
      pins = Math.max(pins, requires.map(Requires::pins).orElse(0));
      virtualTime |= requires.map(Requires::virtualTime).orElse(false);
    }
    boolean powerOn = machine.map(OnMachine::powerOn).orElse(false);
    if (mode == ApicMode.X2APIC) {
      features.add(Feature.X2APIC);
    }
    if (powerOn) {
      stimuli.add(Stimulus.POWER_ON);
    }
    return new Declaration(
        machine.map(Declaration::request).orElse(MachineRequest.of(1)),
        mode,
        features,
        stimuli,
        isaLines,
        pins,
        virtualTime,
        powerOn,
        find(method, Records.class).isPresent(),
        find(method, Sweep.class).map(Sweep::sample).orElse(DEFAULT_SAMPLE),
        strings(method, Covers.class, Covers::value),
        strings(method, Ports.class, Ports::value));
  }

  private static MachineRequest request(OnMachine machine) {
    List<Integer> apicIds = Arrays.stream(machine.apicIds()).boxed().toList();
    return new MachineRequest(
        Math.max(machine.processors(), apicIds.size()), apicIds, Set.of(machine.without()));
  }

  private static <A extends Annotation> Optional<A> nearest(
      Class<?> testClass, Method method, Class<A> type) {
    return find(method, type).or(() -> find(testClass, type));
  }

  private static <A extends Annotation> Optional<A> find(AnnotatedElement element, Class<A> type) {
    return element instanceof Class<?> testClass
        ? AnnotationSupport.findAnnotation(testClass, type, List.of())
        : AnnotationSupport.findAnnotation(element, type);
  }

  private static <A extends Annotation> List<String> strings(
      Method method, Class<A> type, Function<A, String[]> value) {
    return find(method, type).map(value).map(List::of).orElse(List.of());
  }
}
