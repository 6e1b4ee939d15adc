package io.apictck.junit;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.Stimulus;
import io.apictck.trace.Trace;
import java.util.List;
import java.util.stream.Stream;

/** Brings a machine into the state in which a test begins; see {@link OnMachine}. */
final class Preparation {
  private static final int MAX_XAPIC_ID = 0xFE;

  private final Declaration declaration;
  private final PooledPlatform pooled;

  Preparation(Declaration declaration, PooledPlatform pooled) {
    this.declaration = declaration;
    this.pooled = pooled;
  }

  /** Checks what the test needs, and prepares the machine. */
  Machine prepare(Trace trace) {
    Platform platform = pooled.open();
    checkPlatform(platform.description());
    checkFeatures();
    Machine machine = new Machine(platform, trace);
    machine.reset();
    if (!declaration.powerOn()) {
      List<Cpu> cpus = machine.cpus().subList(0, declaration.request().processors());
      start(machine, cpus);
      cpus.forEach(this::enable);
    }
    return machine;
  }

  private void checkPlatform(PlatformDescription description) {
    checkOwn(description);
    for (Stimulus stimulus : declaration.stimuli()) {
      if (!description.stimuli().contains(stimulus)) {
        throw new NotApplicableException("the platform offers the stimulus " + stimulus);
      }
    }
    checkLines(description.board());
    if (declaration.virtualTime() && !description.virtualTime()) {
      throw new NotApplicableException("the platform's time is virtual");
    }
    if (needsX2apic(description)
        && declaration.mode() == ApicMode.XAPIC
        && !declaration.powerOn()) {
      throw new NotApplicableException("all APIC IDs are at most FEh, as xAPIC mode needs");
    }
  }

  private void checkOwn(PlatformDescription description) {
    List<String> ids =
        Stream.concat(declaration.covers().stream(), declaration.ports().stream()).toList();
    if (!ids.isEmpty() && ids.stream().allMatch(description::borrows)) {
      throw new NotApplicableException(
          "what "
              + String.join(", ", ids)
              + (ids.size() == 1 ? " is" : " are")
              + " about is part of the target, not borrowed from the reference model");
    }
  }

  private void checkLines(Board board) {
    for (int irq : declaration.isaLines()) {
      if (!board.lines().contains(board.gsiOfIsa(irq))) {
        throw new NotApplicableException("the platform drives ISA interrupt " + irq);
      }
    }
    if (board.pins().size() < declaration.pins()) {
      throw new NotApplicableException(
          "the platform drives %d inputs of I/O APICs".formatted(declaration.pins()));
    }
  }

  private boolean needsX2apic(PlatformDescription description) {
    return description.apicIds().stream()
        .limit(declaration.request().processors())
        .anyMatch(id -> Integer.compareUnsigned(id, MAX_XAPIC_ID) > 0);
  }

  private void checkFeatures() {
    for (Feature feature : declaration.features()) {
      if (!pooled.has(feature)) {
        throw new NotApplicableException(feature);
      }
    }
    for (Feature feature : declaration.request().without()) {
      if (pooled.has(feature)) {
        throw new AdapterFaultException(
            "the platform was asked for a machine without " + feature + ", but opened one with it");
      }
    }
  }

  private void start(Machine machine, List<Cpu> cpus) {
    Cpu sender = machine.cpu(0);
    if (needsX2apic(machine.description())) {
      sender.lapic().enterX2apic();
    }
    int vector = machine.description().startVectors().getFirst();
    for (Cpu cpu : cpus.subList(1, cpus.size())) {
      sender
          .lapic()
          .send(InterruptCommand.of(DeliveryMode.STARTUP, vector).withDestination(cpu.apicId()));
      cpu.expectStart();
    }
  }

  private void enable(Cpu cpu) {
    if (declaration.mode() == ApicMode.X2APIC && cpu.lapic().mode() != ApicMode.X2APIC) {
      cpu.lapic().enterX2apic();
    }
    cpu.lapic().setSvr(SpuriousInterruptVector.RESET.withEnabled(true));
  }
}
