package io.apictck.model.lapic;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import java.util.List;

/** Faults in what the interrupt command register sends, and in what start-up IPIs do. */
public final class IcrFaults {
  private IcrFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-093",
            "The physical destination FFh is nobody",
            FaultyMachines.withCommands(NoBroadcast::new),
            "lapic.icr.PhysicalDestinationTests",
            "kut.IpiTests"),
        PlantedFault.of(
            "BUG-102",
            "With a shorthand, delivery mode and vector are lost",
            FaultyMachines.withCommands(ShorthandLosesAll::new),
            "lapic.icr.FixedCombinationTests"),
        PlantedFault.of(
            "BUG-103",
            "INIT is sent as a Fixed interrupt",
            FaultyMachines.withCommands(InitAsFixed::new),
            "init.InitTests"),
        PlantedFault.of(
            "BUG-104",
            "INIT and start-up to all but self are not sent",
            FaultyMachines.withCommands(NoShorthandForInit::new),
            "init.InitTests",
            "init.StartupTests"),
        PlantedFault.of(
            "BUG-105",
            "A command to the own ID is Fixed, whatever its delivery mode",
            FaultyMachines.withCommands(OwnIdIsFixed::new),
            "lapic.icr.NmiTests",
            "kut.NmiTests"),
        PlantedFault.of(
            "BUG-106",
            "A Fixed command with the level or the trigger bit is refused",
            FaultyMachines.withCommands(LevelBitsRefused::new),
            "lapic.icr.LevelTriggerTests",
            "lapic.icr.SelfIpiTests"),
        PlantedFault.of(
            "BUG-107",
            "The logical destination bit is lost",
            FaultyMachines.withCommands(AlwaysPhysical::new),
            "lapic.icr.FlatDestinationTests",
            "kut.LogicalIpiTests"),
        PlantedFault.of(
            "BUG-108",
            "In xAPIC mode the destination comes from the wrong byte of the ICR",
            FaultyMachines.withCommands(WrongDestinationByte::new),
            "kut.IpiTests"),
        PlantedFault.of(
            "BUG-112",
            "Start-up is a reserved delivery mode",
            FaultyMachines.withCommands(StartUpReserved::new),
            "init.StartupTests"),
        PlantedFault.of(
            "BUG-114",
            "The vector of a start-up IPI is lost",
            FaultyMachines.withApics(StartUpVectorLost::new),
            "init.StartupTests"),
        PlantedFault.of(
            "BUG-134",
            "In x2APIC mode FFh is the broadcast, and FFFFFFFFh is nobody",
            FaultyMachines.withCommands(ByteBroadcast::new),
            "x2apic.DestinationTests",
            "lapic.icr.FixedCombinationTests"),
        PlantedFault.of(
            "BUG-136",
            "A command in x2APIC mode is sent twice",
            FaultyMachines.withApics(SentTwice::new),
            "x2apic.CommandTests",
            "x2apic.DestinationTests"));
  }

  private static final class NoBroadcast extends InterruptCommandUnit {
    NoBroadcast(LocalApic apic) {
      super(apic);
    }

    @Override
    int destination(InterruptCommand command) {
      return apic.mode() == ApicMode.XAPIC && !command.logical()
          ? command.xapicDestination()
          : super.destination(command);
    }
  }

  private static final class ShorthandLosesAll extends InterruptCommandUnit {
    ShorthandLosesAll(LocalApic apic) {
      super(apic);
    }

    @Override
    InterruptMessage message(InterruptCommand command) {
      return super.message(
          command.shorthand() == Shorthand.NONE
              ? command
              : InterruptCommand.of(
                  command.raw() & (InterruptCommand.LOGICAL | InterruptCommand.SHORTHAND)));
    }
  }

  private static final class InitAsFixed extends InterruptCommandUnit {
    InitAsFixed(LocalApic apic) {
      super(apic);
    }

    @Override
    InterruptMessage message(InterruptCommand command) {
      return super.message(
          command.deliveryMode() == DeliveryMode.INIT
              ? command.withDeliveryMode(DeliveryMode.FIXED)
              : command);
    }
  }

  private static final class NoShorthandForInit extends InterruptCommandUnit {
    NoShorthandForInit(LocalApic apic) {
      super(apic);
    }

    @Override
    boolean isValid(InterruptCommand command) {
      return switch (command.deliveryMode()) {
        case INIT, STARTUP -> command.shorthand() == Shorthand.NONE && super.isValid(command);
        default -> super.isValid(command);
      };
    }
  }

  private static final class OwnIdIsFixed extends InterruptCommandUnit {
    OwnIdIsFixed(LocalApic apic) {
      super(apic);
    }

    @Override
    void send(InterruptCommand command) {
      if (command.shorthand() == Shorthand.NONE
          && !command.logical()
          && destination(command) == apic.initialId()) {
        apic.acceptFixed(command.vector(), false);
      } else {
        super.send(command);
      }
    }
  }

  private static final class LevelBitsRefused extends InterruptCommandUnit {
    LevelBitsRefused(LocalApic apic) {
      super(apic);
    }

    @Override
    boolean isValid(InterruptCommand command) {
      boolean refused =
          command.deliveryMode() == DeliveryMode.FIXED
              && (command.levelAssert() || command.triggerLevel());
      return !refused && super.isValid(command);
    }
  }

  private static final class AlwaysPhysical extends InterruptCommandUnit {
    AlwaysPhysical(LocalApic apic) {
      super(apic);
    }

    @Override
    InterruptMessage message(InterruptCommand command) {
      return super.message(command.withLogical(false));
    }
  }

  private static final class WrongDestinationByte extends InterruptCommandUnit {
    WrongDestinationByte(LocalApic apic) {
      super(apic);
    }

    @Override
    int destination(InterruptCommand command) {
      return apic.mode() == ApicMode.XAPIC
          ? command.high() >>> 8 & 0xFF
          : super.destination(command);
    }
  }

  private static final class StartUpReserved extends InterruptCommandUnit {
    StartUpReserved(LocalApic apic) {
      super(apic);
    }

    @Override
    boolean isValid(InterruptCommand command) {
      return command.deliveryMode() != DeliveryMode.STARTUP && super.isValid(command);
    }
  }

  private static final class StartUpVectorLost extends LocalApic {
    StartUpVectorLost(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    public boolean receive(InterruptMessage message) {
      if (message.mode() != DeliveryMode.STARTUP) {
        return super.receive(message);
      }
      world.startUp(0);
      return true;
    }
  }

  private static final class ByteBroadcast extends InterruptCommandUnit {
    private static final int NOBODY = InterruptMessage.BROADCAST - 1;

    ByteBroadcast(LocalApic apic) {
      super(apic);
    }

    @Override
    int destination(InterruptCommand command) {
      if (apic.mode() == ApicMode.XAPIC) {
        return super.destination(command);
      }
      return switch (command.destination()) {
        case InterruptMessage.BROADCAST -> NOBODY;
        case InterruptCommand.XAPIC_BROADCAST -> InterruptMessage.BROADCAST;
        default -> command.destination();
      };
    }
  }

  /** The second one goes a little later, so that it does not collapse with the first one. */
  private static final class SentTwice extends LocalApic {
    private static final int LATER = 3;

    private InterruptCommand again;

    SentTwice(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    void resetRegisters() {
      again = null;
      super.resetRegisters();
    }

    @Override
    InterruptCommandUnit newCommands() {
      return new InterruptCommandUnit(this) {
        @Override
        void write(long value) {
          super.write(value);
          again = InterruptCommand.of(command());
          world.timerDue(world.nanos() + LATER);
        }
      };
    }

    @Override
    public void advance() {
      InterruptCommand sending = again;
      again = null;
      super.advance();
      if (sending != null) {
        commands.send(sending);
      }
    }
  }
}
