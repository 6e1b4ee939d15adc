package io.apictck.platform;

/** What a platform lets a test do or see beyond running instructions. */
public enum Stimulus {
  /** {@link Action.SetLine}: the wires in {@link Board#lines}. */
  LINES,
  /** {@link Action.SetLocalLine} with LINT0 and LINT1. */
  LINT_PINS,
  /** {@link Action.SetLocalLine} with performance, thermal and CMCI events. */
  LOCAL_EVENTS,
  /** {@link Action.SetLocalLine} with the INIT pin. */
  INIT_PIN,
  /** System-management interrupts: the pin, and {@link Event.InterruptTaken} of kind SMI. */
  SMI,
  /** {@link Action.SupplyVector}. */
  SUPPLIED_VECTOR,
  /** {@link Action.DeviceWrite}. */
  DEVICE_WRITE,
  /** {@link Action.FunctionInterrupt}. */
  FUNCTION_INTERRUPTS,
  /** {@link Action.Reset} with a true power-on state, seen before any software ran. */
  POWER_ON,
  /** {@link Action.SetGate}. */
  GATES,
  /** {@link Instruction.EnterUser}. */
  USER_MODE,
  /** INIT sent to the bootstrap processor. */
  BSP_INIT,
  /** VM entries: {@link Event.VmEntered}, {@link Event.VmExited}, {@link Platform#guest}. */
  VM_ENTRY,
  /** {@link Event.ProcessorReset} also of a processor that INIT resets while it is halted. */
  INIT_IN_HALT,
  /** User interrupts: {@link Event.UserInterruptTaken}, {@link Platform#userInterruptHandler}. */
  USER_INTERRUPTS
}
