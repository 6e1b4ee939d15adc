package io.apictck.model.vtd;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.ioapic.IoApic;
import io.apictck.model.ioapic.IoApicWorld;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.platform.Platform;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Faults of interrupt posting. */
public final class PostingFaults {
  private static final String DESCRIPTOR = "vtdposted.PostedDescriptorTests";
  private static final String ENTRY = "vtdposted.PostedEntryTests";
  private static final String GUEST = "vtdposted.DeviceToGuestTests";
  private static final String NOTIFICATION = "vtdposted.NotificationTests";
  private static final String ORDER = "vtdposted.OrderingTests";
  private static final String POSTING = "vtdposted.PostingTests";
  private static final String ROUTING = "vtdposted.RoutingTests";
  private static final String SCHEDULING = "vtdposted.SchedulingTests";
  private static final String WITHOUT = "vtdposted.WithoutPostingTests";

  private static final long LOW_HALF = 0xFFFF_FFFFL;

  private PostingFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-239",
            "Reserved bits of posted entries are ignored",
            FaultyUnits.entries(new Unchecked()),
            ENTRY),
        posts("BUG-240", "SN and URG are not looked at", OnAlone::new, POSTING, SCHEDULING),
        posts("BUG-243", "One notification suppresses all later ones", Once::new, POSTING, GUEST),
        PlantedFault.of(
            "BUG-244",
            "The message of a device is overwritten when its entry becomes posted",
            PostingFaults::overwritingMessages,
            ORDER),
        posts("BUG-245", "NDST is read once", StaysThere::new, NOTIFICATION, SCHEDULING),
        remaps("BUG-248", "NMIs become Fixed interrupts", AllFixed::new, ROUTING),
        posts("VTPI-HIGH", "The high half of the address is ignored", LowAddress::new, ENTRY),
        posts("VTPI-PAGE", "Descriptors lie at the start of a page", PageAligned::new, ENTRY),
        posts("VTPI-VECTOR", "Bit 7 of the vector is lost", SevenBits::new, POSTING, GUEST),
        posts("VTPI-LEGAL", "Vectors below 16 are dropped", Legal::new, POSTING),
        posts("VTPI-URG", "URG is ignored", NeverUrgent::new, POSTING, SCHEDULING),
        posts("VTPI-URG-ON", "Urgent requests notify each time", AlwaysUrgent::new, POSTING),
        posts("VTPI-ON", "ON is not set", NoOn::new, POSTING),
        posts("VTPI-ON-SN", "ON is set without notification", SilentOn::new, POSTING, SCHEDULING),
        posts("VTPI-SN", "A notification clears SN", ClearsSn::new, POSTING),
        posts("VTPI-PIR", "A request overwrites those that wait", Overwrites::new, POSTING),
        posts("VTPI-PRIORITY", "Lower vectors do not notify", Highest::new, POSTING),
        posts("VTPI-CACHE", "The descriptor is cached with its entry", Cached::new, POSTING),
        posts("VTPI-RESERVED", "Reserved bits are ignored", NoneReserved::new, DESCRIPTOR),
        posts("VTPI-XAPIC", "NDST has eight bits always", AlwaysXapic::new, DESCRIPTOR),
        posts("VTPI-EARLY", "A request that is blocked is set", SetsFirst::new, DESCRIPTOR),
        posts("VTPI-HOLE", "No access fails", NoHoles::new, DESCRIPTOR),
        posts("VTPI-NDST", "NDST is in the low bits", LowBits::new, NOTIFICATION),
        posts("VTPI-NDST-32", "NDST loses its upper bits", EightBits::new, NOTIFICATION),
        posts("VTPI-LOGICAL", "NDST is a logical ID", Logical::new, NOTIFICATION),
        posts("VTPI-LEVEL", "Notifications are level-triggered", Level::new, NOTIFICATION),
        posts("VTPI-NV", "The posted vector is sent", SendsVector::new, POSTING, GUEST),
        remaps("VTPI-FPD", "FPD does not matter for posting", Records::new, DESCRIPTOR),
        remaps("VTPI-SOURCE", "Posted entries have no source", NoSource::new, ENTRY),
        remaps("VTPI-DATA", "The data of messages has the vector", FromData::new, ENTRY, ORDER),
        units("VTPI-CAP", "Posting works without its capability", AlwaysPosts::new, WITHOUT),
        units("VTPI-REMAPPED", "Notifications are remapped", Remapped::new, NOTIFICATION, GUEST),
        units("VTPI-EVENT", "Events go through the table", EventsThrough::new, NOTIFICATION),
        units("VTPI-STALE", "Posted entries are not invalidated", NeverStale::new, ORDER),
        PlantedFault.of(
            "VTPI-IRR",
            "Posted levels are not in flight at the I/O APIC",
            PostingFaults::forgettingLevels,
            ROUTING));
  }

  // ---- where they are planted ----

  private static PlantedFault units(
      String id, String title, FaultyUnits.UnitMaker maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.unit(maker), suites);
  }

  private static PlantedFault posts(
      String id, String title, Function<RemappingWorld, Poster> maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.poster(maker), suites);
  }

  private static PlantedFault remaps(
      String id, String title, Function<RemappingUnit, Remapper> maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.remapper(maker), suites);
  }

  private static Platform forgettingLevels(ModelConfiguration machine) {
    return new ReferencePlatform(
        machine,
        (configuration, client) ->
            new ReferenceChipset(configuration, client) {
              @Override
              protected IoApic newIoApic(IoApicSetup setup) {
                return new IoApic(configuration, setup, new Refusing(ioApicWorld(setup)));
              }
            });
  }

  private static Platform overwritingMessages(ModelConfiguration machine) {
    return new ReferencePlatform(
        machine,
        (configuration, client) ->
            new ReferenceChipset(configuration, client) {
              private final MessageOverwriter overwriter = new MessageOverwriter(this);

              @Override
              public void message(int requesterId, long address, int data) {
                super.message(requesterId, address, data);
                overwriter.used(requesterId, address);
              }
            });
  }

  // ---- the poster ----

  private static class OnAlone extends Poster {
    OnAlone(RemappingWorld world) {
      super(world);
    }

    @Override
    boolean notifies(long control, boolean urgent) {
      return (control & PostedInterruptDescriptor.ON) == 0;
    }
  }

  private static final class Once extends Poster {
    private boolean kicked;

    Once(RemappingWorld world) {
      super(world);
    }

    @Override
    boolean notifies(long control, boolean urgent) {
      boolean notifies = !kicked && super.notifies(control, urgent);
      kicked |= notifies;
      return notifies;
    }
  }

  private static final class StaysThere extends Poster {
    private static final long DESTINATION = -1L << PostedInterruptDescriptor.NDST_SHIFT;
    private final Map<Long, Long> first = new HashMap<>();
    private long descriptor;

    StaysThere(RemappingWorld world) {
      super(world);
    }

    @Override
    long control(long address) {
      descriptor = address;
      return super.control(address);
    }

    @Override
    InterruptMessage notification(long control, boolean extended) {
      long there = first.computeIfAbsent(descriptor, ignored -> control & DESTINATION);
      return super.notification((control & ~DESTINATION) | there, extended);
    }
  }

  /** Posts to another descriptor, or another vector, than the entry says. */
  private abstract static class Elsewhere extends Poster {
    Elsewhere(RemappingWorld world) {
      super(world);
    }

    abstract PostedEntry changed(PostedEntry entry);

    @Override
    Optional<FaultReason> post(PostedEntry entry, boolean extended) {
      return super.post(changed(entry), extended);
    }
  }

  private static final class LowAddress extends Elsewhere {
    LowAddress(RemappingWorld world) {
      super(world);
    }

    @Override
    PostedEntry changed(PostedEntry entry) {
      return entry.withDescriptor(entry.descriptor() & LOW_HALF);
    }
  }

  private static final class PageAligned extends Elsewhere {
    PageAligned(RemappingWorld world) {
      super(world);
    }

    @Override
    PostedEntry changed(PostedEntry entry) {
      return entry.withDescriptor(entry.descriptor() & ~0xFFFL);
    }
  }

  private static final class SevenBits extends Elsewhere {
    SevenBits(RemappingWorld world) {
      super(world);
    }

    @Override
    PostedEntry changed(PostedEntry entry) {
      return entry.withVector(entry.vector() & 0x7F);
    }
  }

  private static final class NeverUrgent extends Elsewhere {
    NeverUrgent(RemappingWorld world) {
      super(world);
    }

    @Override
    PostedEntry changed(PostedEntry entry) {
      return entry.withUrgent(false);
    }
  }

  private static final class Legal extends Poster {
    Legal(RemappingWorld world) {
      super(world);
    }

    @Override
    void request(long descriptor, int vector) {
      if (vector >= 0x10) {
        super.request(descriptor, vector);
      }
    }
  }

  private static final class AlwaysUrgent extends Poster {
    AlwaysUrgent(RemappingWorld world) {
      super(world);
    }

    @Override
    boolean notifies(long control, boolean urgent) {
      return urgent || super.notifies(control, false);
    }
  }

  private static final class NoOn extends Poster {
    NoOn(RemappingWorld world) {
      super(world);
    }

    @Override
    void setOutstanding(long descriptor, long control) {}
  }

  private static final class SilentOn extends Poster {
    SilentOn(RemappingWorld world) {
      super(world);
    }

    @Override
    void request(long descriptor, int vector) {
      super.request(descriptor, vector);
      setOutstanding(descriptor, control(descriptor));
    }
  }

  private static final class ClearsSn extends Poster {
    ClearsSn(RemappingWorld world) {
      super(world);
    }

    @Override
    void setOutstanding(long descriptor, long control) {
      super.setOutstanding(descriptor, control & ~PostedInterruptDescriptor.SN);
    }
  }

  private static final class Overwrites extends Poster {
    Overwrites(RemappingWorld world) {
      super(world);
    }

    @Override
    void request(long descriptor, int vector) {
      world.write(descriptor + vector / Long.SIZE * (long) Long.BYTES, Long.BYTES, 0);
      super.request(descriptor, vector);
    }
  }

  private static final class Highest extends Poster {
    private int last;
    private boolean lower;

    Highest(RemappingWorld world) {
      super(world);
    }

    @Override
    void request(long descriptor, int vector) {
      super.request(descriptor, vector);
      lower = vector < last;
      last = vector;
    }

    @Override
    boolean notifies(long control, boolean urgent) {
      return !lower && super.notifies(control, urgent);
    }
  }

  private static final class Cached extends Poster {
    private final Map<Long, Long> controls = new HashMap<>();

    Cached(RemappingWorld world) {
      super(world);
    }

    @Override
    long control(long descriptor) {
      long now = super.control(descriptor);
      long on = now & PostedInterruptDescriptor.ON;
      return (controls.computeIfAbsent(descriptor, ignored -> now) & ~PostedInterruptDescriptor.ON)
          | on;
    }
  }

  private static final class NoneReserved extends Poster {
    NoneReserved(RemappingWorld world) {
      super(world);
    }

    @Override
    boolean isReserved(long control, boolean extended) {
      return false;
    }
  }

  private static final class AlwaysXapic extends Poster {
    AlwaysXapic(RemappingWorld world) {
      super(world);
    }

    @Override
    boolean isReserved(long control, boolean extended) {
      return super.isReserved(control, false);
    }
  }

  private static final class SetsFirst extends Poster {
    SetsFirst(RemappingWorld world) {
      super(world);
    }

    @Override
    Optional<FaultReason> post(PostedEntry entry, boolean extended) {
      request(entry.descriptor(), entry.vector());
      return super.post(entry, extended);
    }
  }

  private static final class NoHoles extends Poster {
    NoHoles(RemappingWorld world) {
      super(world);
    }

    @Override
    boolean isAccessible(long descriptor) {
      return true;
    }
  }

  /** Sends another message. */
  private abstract static class OtherMessage extends Poster {
    OtherMessage(RemappingWorld world) {
      super(world);
    }

    abstract InterruptMessage changed(InterruptMessage right, long control);

    @Override
    final InterruptMessage notification(long control, boolean extended) {
      return changed(super.notification(control, extended), control);
    }

    static InterruptMessage to(InterruptMessage right, int destination) {
      return new InterruptMessage(
          destination, right.logical(), right.mode(), right.vector(), true, false);
    }
  }

  private static final class LowBits extends OtherMessage {
    LowBits(RemappingWorld world) {
      super(world);
    }

    @Override
    InterruptMessage changed(InterruptMessage right, long control) {
      return to(right, (int) (control >>> PostedInterruptDescriptor.NDST_SHIFT));
    }
  }

  private static final class EightBits extends OtherMessage {
    EightBits(RemappingWorld world) {
      super(world);
    }

    @Override
    InterruptMessage changed(InterruptMessage right, long control) {
      return to(right, right.destination() & 0xFF);
    }
  }

  private static final class Logical extends OtherMessage {
    Logical(RemappingWorld world) {
      super(world);
    }

    @Override
    InterruptMessage changed(InterruptMessage right, long control) {
      return new InterruptMessage(
          right.destination(), true, right.mode(), right.vector(), true, false);
    }
  }

  private static final class Level extends OtherMessage {
    Level(RemappingWorld world) {
      super(world);
    }

    @Override
    InterruptMessage changed(InterruptMessage right, long control) {
      return new InterruptMessage(
          right.destination(), false, right.mode(), right.vector(), true, true);
    }
  }

  private static final class SendsVector extends Poster {
    private int posted;

    SendsVector(RemappingWorld world) {
      super(world);
    }

    @Override
    void request(long descriptor, int vector) {
      super.request(descriptor, vector);
      posted = vector;
    }

    @Override
    InterruptMessage notification(long control, boolean extended) {
      InterruptMessage right = super.notification(control, extended);
      return new InterruptMessage(
          right.destination(), false, DeliveryMode.FIXED, posted, true, false);
    }
  }

  // ---- what stands before it ----

  private static final class Unchecked extends EntryCheck {
    Unchecked() {
      super(true);
    }

    @Override
    boolean isInvalidPosted(PostedEntry entry) {
      return false;
    }
  }

  private static final class AllFixed extends Remapper {
    AllFixed(RemappingUnit unit) {
      super(unit);
    }

    @Override
    DeliveryMode mode(RemappedEntry entry) {
      return DeliveryMode.FIXED;
    }
  }

  private static final class Records extends Remapper {
    Records(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean isRecorded(FaultReason reason, RemappingEntry entry) {
      return reason == FaultReason.DESCRIPTOR_ACCESS
          || reason == FaultReason.RESERVED_DESCRIPTOR
          || super.isRecorded(reason, entry);
    }
  }

  private static final class NoSource extends Remapper {
    NoSource(RemappingUnit unit) {
      super(unit);
    }

    @Override
    Optional<FaultReason> check(RemappingEntry entry, int sourceId) {
      return entry instanceof PostedEntry
          ? super.check(entry, entry.source().sourceId())
          : super.check(entry, sourceId);
    }
  }

  private static final class FromData extends Remapper {
    FromData(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean post(PostedEntry entry, RemappingRequest request, int index) {
      return super.post(entry.withVector(request.data()), request, index);
    }
  }

  private static final class AlwaysPosts extends RemappingUnit {
    AlwaysPosts(ModelConfiguration configuration, long address, RemappingWorld world) {
      super(configuration, address, world);
    }

    @Override
    EntryCheck newEntryCheck() {
      return new EntryCheck(true);
    }
  }

  private static final class Remapped extends RemappingUnit {
    Remapped(ModelConfiguration configuration, long address, RemappingWorld world) {
      super(configuration, address, world);
    }

    @Override
    Poster newPoster() {
      return new Poster(new Compatible(this, world));
    }
  }

  /** Sends what its unit lets through in compatibility format. */
  private record Compatible(RemappingUnit unit, RemappingWorld world) implements RemappingWorld {
    @Override
    public boolean isReadable(long address, int length) {
      return world.isReadable(address, length);
    }

    @Override
    public boolean isWritable(long address, int length) {
      return world.isWritable(address, length);
    }

    @Override
    public long read(long address, int width) {
      return world.read(address, width);
    }

    @Override
    public void write(long address, int width, long value) {
      world.write(address, width, value);
    }

    @Override
    public boolean send(InterruptMessage message) {
      return unit.request(new RemappingRequest(0, false, 0, false, 0, message));
    }
  }

  private static final class EventsThrough extends RemappingUnit {
    EventsThrough(ModelConfiguration configuration, long address, RemappingWorld world) {
      super(configuration, address, world);
    }

    @Override
    EventMessage newFaultEvent() {
      return new ThroughTheTable(this);
    }
  }

  private static final class ThroughTheTable extends EventMessage {
    ThroughTheTable(RemappingUnit unit) {
      super(unit);
    }

    @Override
    void raise() {
      if (masked) {
        super.raise();
      } else {
        unit.request(new RemappingRequest(0, true, data & 0xFF, false, data, message()));
      }
    }
  }

  private static final class NeverStale extends RemappingUnit {
    NeverStale(ModelConfiguration configuration, long address, RemappingWorld world) {
      super(configuration, address, world);
    }

    @Override
    EntryCache newCache() {
      return new PostedForever();
    }
  }

  private static final class PostedForever extends EntryCache {
    @Override
    void invalidate(int index, int mask) {
      if (!(get(index) instanceof PostedEntry)) {
        super.invalidate(index, mask);
      }
    }
  }

  private record Refusing(IoApicWorld world) implements IoApicWorld {
    @Override
    public boolean send(InterruptMessage message) {
      return world.send(message);
    }

    @Override
    public boolean send(RedirectionEntry entry, InterruptMessage message) {
      world.send(entry, message);
      return false;
    }
  }
}
