package io.apictck.faults;

import io.apictck.model.firmware.FirmwareFaults;
import io.apictck.model.ioapic.IoApicFaults;
import io.apictck.model.lapic.AcceptanceFaults;
import io.apictck.model.lapic.DestinationFaults;
import io.apictck.model.lapic.IcrFaults;
import io.apictck.model.lapic.PriorityFaults;
import io.apictck.model.lapic.RegisterFaults;
import io.apictck.model.lapic.ResetFaults;
import io.apictck.model.lapic.TimerFaults;
import io.apictck.model.lapic.X2apicFaults;
import io.apictck.model.msi.MessageFaults;
import io.apictck.model.pci.MsiFaults;
import io.apictck.model.pic.PicFaults;
import io.apictck.model.processor.ApicRegisterFaults;
import io.apictck.model.processor.FlexPriorityFaults;
import io.apictck.model.processor.IpiVirtualizationFaults;
import io.apictck.model.processor.PagingFaults;
import io.apictck.model.processor.PassThroughFaults;
import io.apictck.model.processor.ProcessorFaults;
import io.apictck.model.processor.VmxExitFaults;
import io.apictck.model.processor.uintr.UserAccessFaults;
import io.apictck.model.processor.uintr.UserInterruptFaults;
import io.apictck.model.processor.uintr.UserNotificationFaults;
import io.apictck.model.processor.vmx.PostedInterruptFaults;
import io.apictck.model.processor.vmx.VirtualInterruptFaults;
import io.apictck.model.processor.vmx.VmxEntryFaults;
import io.apictck.model.vtd.LateFaults;
import io.apictck.model.vtd.PostingFaults;
import io.apictck.model.vtd.RemappingFaults;
import io.apictck.model.vtd.RemappingUnitFaults;
import io.apictck.model.wiring.WiringFaults;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** All planted faults. */
public final class PlantedFaults {
  private static final List<PlantedFault> ALL =
      Stream.of(
              PriorityFaults.all(),
              AcceptanceFaults.all(),
              RegisterFaults.all(),
              ResetFaults.all(),
              IcrFaults.all(),
              DestinationFaults.all(),
              X2apicFaults.all(),
              TimerFaults.all(),
              ProcessorFaults.all(),
              VmxExitFaults.all(),
              FlexPriorityFaults.all(),
              ApicRegisterFaults.all(),
              IpiVirtualizationFaults.all(),
              PassThroughFaults.all(),
              PagingFaults.all(),
              IoApicFaults.all(),
              MessageFaults.all(),
              MsiFaults.all(),
              PicFaults.all(),
              WiringFaults.all(),
              FirmwareFaults.all(),
              VmxEntryFaults.all(),
              VirtualInterruptFaults.all(),
              PostedInterruptFaults.all(),
              RemappingFaults.all(),
              RemappingUnitFaults.all(),
              PostingFaults.all(),
              LateFaults.all(),
              UserAccessFaults.all(),
              UserInterruptFaults.all(),
              UserNotificationFaults.all())
          .flatMap(List::stream)
          .sorted(Comparator.comparing(PlantedFault::id))
          .toList();

  private PlantedFaults() {}

  /** In the order of their ids. */
  public static List<PlantedFault> all() {
    return ALL;
  }
}
