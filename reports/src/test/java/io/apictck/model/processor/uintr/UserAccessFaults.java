package io.apictck.model.processor.uintr;

import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.Processor;
import io.apictck.model.processor.ProcessorWorld;
import io.apictck.model.processor.paging.PageWalk;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Instruction;
import io.apictck.platform.Platform;
import java.util.List;
import java.util.function.Function;

/** Faults of user interrupts in what they access, and in what else user code has. */
public final class UserAccessFaults {
  private static final String PAGE_FAULT = "uintr.PageFaultTests";
  private static final String SHADOW_STACK = "uintr.ShadowStackTests";
  private static final String WAIT = "uintr.WaitTests";
  private static final String TRANSACTION = "uintr.TransactionTests";

  private UserAccessFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        user(
            "UINTR-SEND-USER",
            "SENDUIPI accesses memory with the rights of user code",
            world -> new UserInterrupts(new WithRightsOfUser(world)),
            PAGE_FAULT),
        user(
            "UINTR-SEND-LATE",
            "SENDUIPI sees only when it writes that it cannot",
            world -> new UserInterrupts(new ReadsFirst(world)),
            PAGE_FAULT),
        user(
            "UINTR-PUSH-SUPERVISOR",
            "Delivery writes the stack with the rights of the kernel",
            world -> new UserInterrupts(new PushesAsKernel(world)),
            PAGE_FAULT),
        user(
            "UINTR-PUSH-UIF",
            "UIF is cleared before the stack is written",
            ClearsUifFirst::new,
            PAGE_FAULT),
        user(
            "UINTR-LA57",
            "The handler needs only be canonical in the widest mode",
            AnyHandler::new,
            PAGE_FAULT),
        user(
            "UINTR-UPID-48",
            "UPIDADDR has 48 bits in all paging modes",
            FourLevels::new,
            PAGE_FAULT),
        user(
            "UINTR-SHADOW-PUSH",
            "Delivery leaves the shadow stack alone",
            NoShadow::new,
            SHADOW_STACK),
        user(
            "UINTR-SHADOW-POP",
            "UIRET does not look at the shadow stack",
            NoCheck::new,
            SHADOW_STACK),
        user("UINTR-ENDBRANCH", "A handler may begin with anything", NoTracking::new, SHADOW_STACK),
        processor(
            "UINTR-SHADOW-PAGE", "A shadow stack may lie anywhere", AnyPage::new, SHADOW_STACK),
        // a processor that sleeps on takes no block to say what state it is in
        PlantedFault.crash(
            "UINTR-WAIT", "A user interrupt does not end TPAUSE", machine(Sleeps::new), WAIT),
        processor("UINTR-MONITOR", "UIRET keeps the monitor", KeepsMonitor::new, WAIT),
        processor(
            "UINTR-RTM", "A user interrupt lets a transaction go on", GoesOn::new, TRANSACTION),
        processor("UINTR-RTM-CLUI", "CLUI does not abort", Clears::new, TRANSACTION),
        processor("UINTR-RTM-UIRET", "UIRET does not abort", Returns::new, TRANSACTION));
  }

  /** Makes a processor. */
  @FunctionalInterface
  private interface Processors {
    Processor make(ProcessorWorld world, int cpu);
  }

  private static PlantedFault processor(
      String id, String title, Processors processors, String suite) {
    return PlantedFault.of(id, title, machine(processors), suite);
  }

  private static Function<ModelConfiguration, Platform> machine(Processors processors) {
    return configuration ->
        new ReferencePlatform(configuration, ReferenceChipset::new, processors::make);
  }

  private static PlantedFault user(
      String id, String title, Function<UserInterruptWorld, UserInterrupts> maker, String suite) {
    return processor(
        id,
        title,
        (world, cpu) ->
            new Processor(world, cpu) {
              @Override
              protected UserInterrupts newUserInterrupts(UserInterruptWorld machine) {
                return maker.apply(machine);
              }
            },
        suite);
  }

  // Accesses

  private static final class WithRightsOfUser extends OtherUserInterruptWorld {
    WithRightsOfUser(UserInterruptWorld world) {
      super(world);
    }

    @Override
    public long read(long address, int width) {
      return world().pop(address);
    }
  }

  private static final class ReadsFirst extends OtherUserInterruptWorld {
    ReadsFirst(UserInterruptWorld world) {
      super(world);
    }

    @Override
    public long readForWrite(long address, int width) {
      return world().read(address, width);
    }
  }

  private static final class PushesAsKernel extends OtherUserInterruptWorld {
    PushesAsKernel(UserInterruptWorld world) {
      super(world);
    }

    @Override
    public void push(long address, long value) {
      world().write(address, Long.BYTES, value);
    }
  }

  private static final class FourLevels extends UserInterrupts {
    FourLevels(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean canonical(long address, int bits) {
      return super.canonical(address, ModelConfiguration.FOUR_LEVEL_BITS);
    }
  }

  // Delivery

  private static final class ClearsUifFirst extends UserInterrupts {
    ClearsUifFirst(UserInterruptWorld world) {
      super(world);
    }

    @Override
    public UserInterruptEntry deliver(long rip, long rsp, long rflags) {
      setUif(false);
      return super.deliver(rip, rsp, rflags);
    }
  }

  private static final class AnyHandler extends UserInterrupts {
    AnyHandler(UserInterruptWorld world) {
      super(world);
    }

    @Override
    public UserInterruptEntry deliver(long rip, long rsp, long rflags) {
      UserInterruptEntry entry = super.deliver(rip, rsp, rflags);
      // a handler at the same address but for the bits beyond those of the mode
      long known = (1L << ModelConfiguration.FOUR_LEVEL_BITS) - 1;
      return new UserInterruptEntry(
          entry.vector(), entry.rip() & known, entry.rsp(), entry.rflags());
    }

    @Override
    protected boolean reachesHandler(long handler, int bits) {
      return true;
    }
  }

  private static final class NoShadow extends UserInterrupts {
    NoShadow(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean pushesShadow() {
      return false;
    }

    @Override
    protected boolean checksShadow() {
      return false;
    }
  }

  private static final class NoCheck extends UserInterrupts {
    NoCheck(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean checksShadow() {
      return false;
    }
  }

  private static final class NoTracking extends UserInterrupts {
    NoTracking(UserInterruptWorld world) {
      super(world);
    }

    @Override
    protected boolean tracksBranch() {
      return false;
    }
  }

  private static final class AnyPage extends Processor {
    AnyPage(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected PageWalk pageWalk(VmxWorld machine) {
      return new PageWalk(machine) {
        @Override
        protected boolean isShadowStack(long rights, long entry) {
          return true;
        }
      };
    }
  }

  // Waiting and transactions

  private static final class Sleeps extends Processor {
    Sleeps(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean userInterruptsEndWaits() {
      return false;
    }
  }

  private static final class KeepsMonitor extends Processor {
    KeepsMonitor(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean uiretClearsMonitor() {
      return false;
    }
  }

  private static final class GoesOn extends Processor {
    GoesOn(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean userInterruptsAbortTransactions() {
      return false;
    }

    @Override
    protected boolean abortsTransaction(Instruction instruction) {
      return !(instruction instanceof Instruction.Uiret) && super.abortsTransaction(instruction);
    }
  }

  private static final class Clears extends Processor {
    Clears(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean abortsTransaction(Instruction instruction) {
      return !(instruction instanceof Instruction.Clui) && super.abortsTransaction(instruction);
    }
  }

  private static final class Returns extends Processor {
    Returns(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean abortsTransaction(Instruction instruction) {
      return !(instruction instanceof Instruction.Uiret) && super.abortsTransaction(instruction);
    }
  }
}
