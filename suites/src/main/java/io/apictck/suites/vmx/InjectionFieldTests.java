package io.apictck.suites.vmx;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.arch.Cr0;
import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxBasic;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.EntryResult;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ControlProbe;
import io.apictck.suites.support.ErrorCodes;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Which events VM entry agrees to inject (Intel SDM Vol. 3C, "VM-Entry Control Fields" of "Checks
 * on VMX Controls and Host-State Area").
 */
@Conformance
@Requires(Feature.VMX)
final class InjectionFieldTests {
  private static final int LAST_VECTOR = 0xFF;
  private static final int FIRST_RESERVED = 12;
  private static final int NESTED_EXCEPTION = 13;
  private static final int MAX_LENGTH = 15;
  private static final int FIRST_RESERVED_OF_CODE = 16;
  private static final int DEBATED_BIT_OF_CODE = 15;
  private static final int MAX_FRED_EVENT = 2;

  private static final List<InterruptionType> SOFTWARE =
      List.of(
          InterruptionType.SOFTWARE_INTERRUPT,
          InterruptionType.PRIVILEGED_SOFTWARE_EXCEPTION,
          InterruptionType.SOFTWARE_EXCEPTION);

  private static VmxBasic basic(Cpu cpu) {
    return cpu.vmx().capabilities().basic();
  }

  private static ControlProbe probe(Cpu cpu) {
    return ControlProbe.of(cpu.vmx().newVcpu());
  }

  private static void expect(ControlProbe probe, Injection injection, boolean accepted) {
    probe.expect(injection.fields(), accepted);
  }

  private static void enters(ControlProbe probe) {
    probe.vcpu().write(Injection.NONE.fields());
    probe.enters();
  }

  /** One of each type that can be injected. */
  private static List<Injection> good(Cpu cpu) {
    return List.of(
        Injection.of(InterruptionType.EXTERNAL_INTERRUPT, 0x61),
        Injection.of(InterruptionType.NMI, Exceptions.NMI),
        Injection.exception(cpu, Exceptions.GP),
        Injection.of(InterruptionType.SOFTWARE_INTERRUPT, 0x61),
        Injection.of(InterruptionType.PRIVILEGED_SOFTWARE_EXCEPTION, 1),
        Injection.of(InterruptionType.SOFTWARE_EXCEPTION, 3));
  }

  @Test
  @Covers("VMX-INJ-001")
  void whatIsNotValidIsNotLookedAt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.write(new Injection(~InterruptionInformation.VALID, -1, -1).fields());
    vcpu.enter();
    machine.expectNothing();
    vcpu.leave();
  }

  @Test
  @Sweep
  @Covers("VMX-INJ-002")
  void type1IsReserved(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    cases.range(
        0,
        LAST_VECTOR,
        vector -> expect(probe, Injection.of(InterruptionType.RESERVED, vector), false));
    enters(probe);
  }

  @Test
  @Sweep
  @Requires(Feature.MONITOR_TRAP_FLAG)
  @Covers("VMX-INJ-003")
  void type7IsAPendingMonitorTrap(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    expect(probe, Injection.of(InterruptionType.OTHER_EVENT, 0), true);
    // processors with FRED inject SYSCALL and SYSENTER by it
    int first = basic(cpu).nestedExceptions() ? MAX_FRED_EVENT + 1 : 1;
    cases.range(
        first,
        LAST_VECTOR,
        vector -> expect(probe, Injection.of(InterruptionType.OTHER_EVENT, vector), false));
    enters(probe);
  }

  @Test
  @Sweep
  @OnMachine(without = Feature.MONITOR_TRAP_FLAG)
  @Covers("VMX-INJ-003")
  void withoutMonitorTrapFlagType7IsReserved(Cpu cpu, Cases cases) {
    assumeFalse(basic(cpu).nestedExceptions(), "the processor has no FRED");
    ControlProbe probe = probe(cpu);
    cases.range(
        0,
        LAST_VECTOR,
        vector -> expect(probe, Injection.of(InterruptionType.OTHER_EVENT, vector), false));
    enters(probe);
  }

  @Test
  @Sweep
  @Covers("VMX-INJ-004")
  void nmiHasVector2(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    cases.range(
        0,
        LAST_VECTOR,
        vector ->
            expect(probe, Injection.of(InterruptionType.NMI, vector), vector == Exceptions.NMI));
    enters(probe);
  }

  @Test
  @Sweep
  @Covers("VMX-INJ-004")
  void hardwareExceptionsHaveVectorsTo31(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    cases.range(
        0,
        LAST_VECTOR,
        vector ->
            expect(probe, Injection.exception(cpu, vector), vector <= ErrorCodes.LAST_EXCEPTION));
    enters(probe);
  }

  /** Every vector of the other types; whether it makes sense is not asked. */
  @Test
  @Sweep
  @Covers({"VMX-INJ-004", "VMX-INJ-009"})
  void otherTypesTakeEveryVector(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    for (InterruptionType type :
        List.of(
            InterruptionType.EXTERNAL_INTERRUPT,
            InterruptionType.SOFTWARE_INTERRUPT,
            InterruptionType.SOFTWARE_EXCEPTION)) {
      cases.range(0, LAST_VECTOR, vector -> expect(probe, Injection.of(type, vector), true));
    }
    enters(probe);
  }

  @Test
  @Sweep
  @Covers("VMX-INJ-005")
  void reservedBits(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    for (Injection injection : good(cpu)) {
      expect(probe, injection, true);
      cases.range(
          FIRST_RESERVED,
          Integer.SIZE - 2,
          bit -> {
            if (bit != NESTED_EXCEPTION || !basic(cpu).nestedExceptions()) {
              expect(probe, injection.with(1 << bit), false);
            }
          });
    }
    enters(probe);
  }

  @Test
  @Sweep
  @Covers("VMX-INJ-006")
  void errorCodesAreThoseOfTheExceptions(Cpu cpu, Cases cases) {
    assumeFalse(basic(cpu).anyErrorCode(), "IA32_VMX_BASIC[56] = 0");
    ControlProbe probe = probe(cpu);
    cases.range(
        0,
        ErrorCodes.LAST_EXCEPTION,
        vector -> {
          Injection right = Injection.exception(cpu, vector);
          expect(probe, right, true);
          expect(probe, right.withErrorCode(!ErrorCodes.has(cpu, vector)), false);
        });
    enters(probe);
  }

  @Test
  @Sweep
  @Covers("VMX-INJ-007")
  void anyExceptionMayHaveAnErrorCodeWithBit56(Cpu cpu, Cases cases) {
    assumeTrue(basic(cpu).anyErrorCode(), "IA32_VMX_BASIC[56] = 1");
    ControlProbe probe = probe(cpu);
    cases.range(
        0,
        ErrorCodes.LAST_EXCEPTION,
        vector -> {
          Injection exception = Injection.exception(cpu, vector);
          expect(probe, exception.withErrorCode(true), true);
          expect(probe, exception.withErrorCode(false), true);
        });
    enters(probe);
  }

  @Test
  @Sweep
  @Covers({"VMX-INJ-006", "VMX-INJ-007"})
  void otherTypesHaveNoErrorCode(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    cases.each(
        good(cpu),
        injection -> {
          if (injection.type() != InterruptionType.HARDWARE_EXCEPTION) {
            expect(probe, injection, true);
            expect(probe, injection.withErrorCode(true), false);
          }
        });
    for (InterruptionType type :
        List.of(InterruptionType.EXTERNAL_INTERRUPT, InterruptionType.SOFTWARE_INTERRUPT)) {
      cases.range(
          0,
          ErrorCodes.LAST_EXCEPTION,
          vector -> expect(probe, Injection.of(type, vector).withErrorCode(true), false));
    }
    enters(probe);
  }

  @Test
  @Requires({Feature.UNRESTRICTED_GUEST, Feature.EPT})
  @Covers({"VMX-INJ-006", "VMX-INJ-007"})
  void inRealModeExceptionsHaveNoErrorCode(Cpu cpu) {
    ControlProbe probe = RealMode.unrestricted(cpu);
    Vcpu vcpu = probe.vcpu();
    Injection exception = Injection.exception(cpu, Exceptions.GP);
    long cr0 = vcpu.read(VmcsField.GUEST_CR0);
    vcpu.write(VmcsField.GUEST_CR0, cr0 & ~(Cr0.PE | Cr0.PG));
    expect(probe, exception, false);
    expect(probe, exception.withErrorCode(false), true);
    vcpu.write(VmcsField.GUEST_CR0, cr0);
    expect(probe, exception, true);
  }

  @Test
  @Sweep
  @Covers("VMX-INJ-008")
  void theErrorCodeHasALowHalf(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    Injection exception = Injection.exception(cpu, Exceptions.GP);
    cases.range(
        0,
        Integer.SIZE - 1,
        bit -> {
          if (bit != DEBATED_BIT_OF_CODE) {
            expect(probe, exception.withErrorCode(1 << bit), bit < FIRST_RESERVED_OF_CODE);
          }
        });
    // without bit 11 the field is not looked at
    expect(probe, Injection.exception(cpu, Exceptions.UD).withErrorCode(-1), true);
    enters(probe);
  }

  @Test
  @Records
  @Covers("VMX-INJ-008")
  void bit15OfTheErrorCode(Machine machine, Cpu cpu) {
    ControlProbe probe = probe(cpu);
    Injection exception = Injection.exception(cpu, Exceptions.GP);
    probe.vcpu().write(exception.withErrorCode(1 << DEBATED_BIT_OF_CODE).fields());
    boolean refused = probe.vcpu().tryEnter() instanceof EntryResult.Refused;
    machine.observe("an error code with bit 15", refused ? "is refused" : "is accepted");
    expect(probe, exception, true);
    enters(probe);
  }

  @Test
  @Sweep
  @Covers("VMX-INJ-009")
  void softwareEventsHaveALengthFrom1To15(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    boolean zero = cpu.vmx().capabilities().misc().zeroLengthInjection();
    List<Integer> lengths =
        IntStream.concat(
                IntStream.rangeClosed(0, MAX_LENGTH + 1),
                IntStream.of(0x20, 0x100, 0x1_0001, 0x8000_0001, -1))
            .boxed()
            .toList();
    for (InterruptionType type : SOFTWARE) {
      cases.each(
          lengths,
          length ->
              expect(
                  probe,
                  Injection.of(type, type == InterruptionType.SOFTWARE_EXCEPTION ? 3 : 1)
                      .withLength(length),
                  length == 0 ? zero : 0 < length && length <= MAX_LENGTH));
    }
    enters(probe);
  }

  @Test
  @Covers("VMX-INJ-010")
  void otherEventsHaveNoLength(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    for (Injection injection : good(cpu)) {
      if (!SOFTWARE.contains(injection.type())) {
        for (int length : List.of(0, MAX_LENGTH + 1, 100, -1)) {
          expect(probe, injection.withLength(length), true);
        }
      }
    }
    enters(probe);
  }
}
