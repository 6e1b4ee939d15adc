package io.apictck.machine;

/** Deals with a VM exit in the place of a hypervisor. */
@FunctionalInterface
public interface ExitHandler {
  /** Deals with it; as a rule it ends in {@link Vcpu#resume}. */
  void handle(Vcpu vcpu, VmExit exit);
}
