package io.apictck.suites.support.hypervisor;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.machine.Cpu;
import io.apictck.suites.support.X2apicLogicalId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A virtual machine whose virtual processors have a physical one each. */
public final class VirtualMachine {
  /** Virtual APIC ID of the first virtual processor; unlike any physical one of small machines. */
  public static final int FIRST_ID = 5;

  private final Technique technique;
  private final List<VirtualProcessor> processors = new ArrayList<>();
  private final Map<ExitReason, Integer> exits = new EnumMap<>(ExitReason.class);

  private VirtualMachine(Technique technique) {
    this.technique = technique;
  }

  /** One whose guests are not entered yet. */
  public static VirtualMachine of(Technique technique, Cpu... hosts) {
    VirtualMachine machine = new VirtualMachine(technique);
    for (Cpu host : hosts) {
      machine.processors.add(new VirtualProcessor(machine, host, FIRST_ID + host.index()));
    }
    for (VirtualProcessor sender : machine.processors) {
      for (VirtualProcessor target : machine.processors) {
        sender.guest().table().point(target.id(), target.guest().descriptor());
      }
    }
    return machine;
  }

  /** How it gives its guests a local APIC. */
  public Technique technique() {
    return technique;
  }

  /** Whether all guests have the physical local APIC. */
  boolean passesThrough() {
    return processors.stream().allMatch(VirtualProcessor::passesThrough);
  }

  /** A virtual processor. */
  public VirtualProcessor processor(int number) {
    return processors.get(number);
  }

  /** All of them. */
  public List<VirtualProcessor> processors() {
    return List.copyOf(processors);
  }

  /** Enters all guests. */
  public VirtualMachine enter() {
    processors.forEach(processor -> processor.vcpu().enter());
    return this;
  }

  /** How many VM exits of which basic reasons there were since the last {@link #forgetExits}. */
  public Map<ExitReason, Integer> exits() {
    return Collections.unmodifiableMap(exits);
  }

  /** Counts from zero again. */
  public void forgetExits() {
    exits.clear();
  }

  void count(ExitReason reason) {
    exits.merge(reason, 1, Integer::sum);
  }

  /** The virtual processors that a command of one of them is for, by their virtual IDs. */
  List<VirtualProcessor> targets(VirtualProcessor sender, InterruptCommand command) {
    return processors.stream()
        .filter(each ->
            switch (command.shorthand()) {
              case SELF -> each == sender;
              case ALL_INCLUDING_SELF -> true;
              case ALL_EXCLUDING_SELF -> each != sender;
              case NONE -> addresses(command, each);
            })
        .toList();
  }

  private static boolean addresses(InterruptCommand command, VirtualProcessor processor) {
    int destination = command.destination();
    if (destination == InterruptCommand.X2APIC_BROADCAST) {
      return true;
    }
    if (!command.logical()) {
      return destination == processor.id();
    }
    int own = X2apicLogicalId.of(processor.id());
    return destination >>> Short.SIZE == own >>> Short.SIZE && (destination & own & 0xFFFF) != 0;
  }
}
