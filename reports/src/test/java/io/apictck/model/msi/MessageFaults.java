package io.apictck.model.msi;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Feature;
import io.apictck.platform.Outcome;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Faults in what a write to FEEx_xxxxh means. */
public final class MessageFaults {
  private static final String DATA = "msi.MessageDataTests";
  private static final String DESTINATION = "msi.MessageDestinationTests";
  private static final String ORDER = "msi.MessageOrderTests";

  private MessageFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        fault(
            "BUG-206",
            "No message is level-triggered: the trigger bit is compared unshifted",
            m -> with(m, m.logical(), m.mode(), m.level(), false),
            DATA),
        fault(
            "BUG-206-MODE",
            "No message is logical: the destination mode bit is compared unshifted",
            m -> with(m, false, m.mode(), m.level(), m.trigger()),
            DESTINATION),
        fault(
            "MSG-DESTINATION",
            "The destination has four bits",
            m -> to(m, m.destination() & 0xF),
            DESTINATION),
        fault(
            "MSG-BROADCAST",
            "FFh is no broadcast",
            m -> m.destination() == InterruptMessage.BROADCAST ? to(m, 0xFF) : m,
            DESTINATION),
        fault(
            "MSG-LOWEST-PRIORITY",
            "Lowest-priority messages reach all members",
            m ->
                m.isLowestPriority()
                    ? with(m, m.logical(), DeliveryMode.FIXED, m.level(), m.trigger())
                    : m,
            DESTINATION),
        fault(
            "MSG-MODE",
            "One bit of the delivery mode counts",
            m -> with(m, m.logical(), DeliveryMode.of(m.mode().code() & 1), m.level(), m.trigger()),
            DATA),
        fault(
            "MSG-DEASSERTION",
            "A de-assertion delivers",
            m -> with(m, m.logical(), m.mode(), true, m.trigger()),
            DATA),
        PlantedFault.of(
            "MSG-LEVEL-BIT",
            "An edge needs the level bit",
            decoding((address, data, message) ->
                MessageData.of(data).levelAssert() || message.mode() != DeliveryMode.FIXED
                    ? message
                    : with(message, message.logical(), DeliveryMode.RESERVED_3, true, false)),
            DATA),
        PlantedFault.of(
            "MSG-NMI-LEVEL",
            "A level-triggered NMI is dropped",
            decoding((address, data, message) ->
                message.mode() == DeliveryMode.NMI && MessageData.of(data).triggerLevel()
                    ? with(message, message.logical(), DeliveryMode.RESERVED_3, true, false)
                    : message),
            DATA),
        PlantedFault.of(
            "MSG-HINT",
            "The redirection hint makes a destination logical",
            decoding((address, data, message) ->
                MessageAddress.of((int) address).redirectionHint()
                    ? with(message, true, message.mode(), message.level(), message.trigger())
                    : message),
            DESTINATION),
        PlantedFault.of(
            "MSG-EXTENDED",
            "Bits 14:8 of the destination are ignored",
            chipset(() -> new MessageDecoder(false)),
            DESTINATION),
        PlantedFault.of(
            "MSG-UPPER",
            "The upper half of the address is ignored",
            configuration ->
                new Rewriting(reference(configuration)) {
                  @Override
                  List<Action> rewritten(Action action) {
                    return action instanceof Action.DeviceWrite(int id, long address, int data)
                        ? List.of(new Action.DeviceWrite(id, address & 0xFFFF_FFFFL, data))
                        : List.of(action);
                  }
                },
            DESTINATION),
        PlantedFault.of("MSG-ORDER", "A message passes an earlier write", Passing::new, ORDER),
        PlantedFault.of(
            "MSG-STORE",
            "Stores of processors to their register page are messages, too",
            MessageFaults::storesAreMessages,
            ORDER));
  }

  // ---- machines ----

  @FunctionalInterface
  private interface Change {
    InterruptMessage apply(long address, int data, InterruptMessage message);
  }

  private static PlantedFault fault(
      String id, String title, UnaryOperator<InterruptMessage> change, String... suites) {
    return PlantedFault.of(
        id, title, decoding((address, data, message) -> change.apply(message)), suites);
  }

  private static Platform reference(ModelConfiguration configuration) {
    return new ReferencePlatform(configuration, ReferenceChipset::new);
  }

  private static Function<ModelConfiguration, Platform> decoding(Change change) {
    return machine ->
        new ReferencePlatform(
            machine,
            (configuration, client) ->
                new ReferenceChipset(configuration, client) {
                  @Override
                  protected MessageDecoder newMessageDecoder() {
                    return new MessageDecoder(configuration.has(Feature.EXTENDED_DESTINATION_ID)) {
                      @Override
                      public InterruptMessage decode(long address, int data) {
                        return change.apply(address, data, super.decode(address, data));
                      }
                    };
                  }
                });
  }

  private static Function<ModelConfiguration, Platform> chipset(Supplier<MessageDecoder> decoder) {
    return machine ->
        new ReferencePlatform(
            machine,
            (configuration, client) ->
                new ReferenceChipset(configuration, client) {
                  @Override
                  protected MessageDecoder newMessageDecoder() {
                    return decoder.get();
                  }
                });
  }

  private static Platform storesAreMessages(ModelConfiguration machine) {
    return new ReferencePlatform(
        machine,
        (configuration, client) ->
            new ReferenceChipset(configuration, client) {
              @Override
              public void write(int cpu, long address, int width, long value) {
                super.write(cpu, address, width, value);
                // not those with which the harness prepares the machine
                if (MessageAddress.contains(address) && value == 0x61) {
                  message(0, address, (int) value);
                }
              }
            });
  }

  private static InterruptMessage with(
      InterruptMessage message,
      boolean logical,
      DeliveryMode mode,
      boolean level,
      boolean trigger) {
    return new InterruptMessage(
        message.destination(), logical, mode, message.vector(), level, trigger);
  }

  private static InterruptMessage to(InterruptMessage message, int destination) {
    return new InterruptMessage(
        destination,
        message.logical(),
        message.mode(),
        message.vector(),
        message.level(),
        message.trigger());
  }

  /** A machine that makes other actions of some. */
  private abstract static class Rewriting implements Platform {
    private final Platform platform;

    Rewriting(Platform platform) {
      this.platform = platform;
    }

    abstract List<Action> rewritten(Action action);

    @Override
    public PlatformDescription description() {
      return platform.description();
    }

    @Override
    public Outcome perform(Action action) {
      List<Event> events = new ArrayList<>();
      long nanos = 0;
      for (Action one : rewritten(action)) {
        Outcome outcome = platform.perform(one);
        events.addAll(outcome.events());
        nanos = outcome.nanos();
      }
      return new Outcome(events, nanos);
    }

    @Override
    public void close() {
      platform.close();
    }
  }

  /** Holds writes to memory back until the next action but messages. */
  private static final class Passing extends Rewriting {
    private final Deque<Action> held = new ArrayDeque<>();
    private int executions;

    Passing(ModelConfiguration configuration) {
      super(reference(configuration));
    }

    @Override
    List<Action> rewritten(Action action) {
      if (action instanceof Action.DeviceWrite(_, long address, _)
          && !MessageAddress.contains(address)) {
        held.add(action);
        executions = 0;
        return List.of(new Action.Elapse(0));
      }
      if (action instanceof Action.Execute && ++executions == 2 && !held.isEmpty()) {
        return List.of(held.removeFirst(), action);
      }
      return List.of(action);
    }
  }
}
