package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.faults.PlantedFault;
import java.util.List;

/** Faults in posted-interrupt processing. */
public final class PostedInterruptFaults {
  private static final String DESCRIPTOR = "posted.DescriptorTests";
  private static final String NOTIFICATION = "posted.NotificationTests";
  private static final String PROCESSING = "posted.ProcessingTests";
  private static final String PROTOCOL = "posted.SoftwareProtocolTests";

  private PostedInterruptFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        VirtualInterruptFaults.of(
            "BUG-294", "A notification exits as well", ExitsToo::new, PROCESSING, NOTIFICATION),
        VirtualInterruptFaults.of("BUG-296", "Posting lowers RVI", LowersRvi::new, PROCESSING),
        VirtualInterruptFaults.of(
            "BUG-242",
            "Notifications are processed without the control",
            WithoutControl::new,
            NOTIFICATION,
            "vtdposted.DeviceToGuestTests"),
        VirtualInterruptFaults.of("PI-ON", "ON stays set", KeepsOn::new, DESCRIPTOR, PROTOCOL),
        VirtualInterruptFaults.of("PI-SN", "SN is cleared with ON", ClearsSn::new, DESCRIPTOR),
        VirtualInterruptFaults.of(
            "PI-EOI", "The notification stays in service", NoEnd::new, PROCESSING),
        VirtualInterruptFaults.of(
            "PI-PIR", "Requests stay in the descriptor", KeepsRequests::new, PROCESSING, PROTOCOL),
        VirtualInterruptFaults.of(
            "PI-CLASS", "A vector of the same class notifies", NextVector::new, PROCESSING),
        VirtualInterruptFaults.of(
            "PI-HIGHER", "A higher vector notifies", EveryVector::new, PROCESSING, NOTIFICATION));
  }

  private static final class WithoutControl extends ApicVirtualization {
    WithoutControl(VmxWorld world) {
      super(world);
    }

    @Override
    public void enter(Vmcs vmcs) {
      VmcsField field = VmxControl.PROCESS_POSTED_INTERRUPTS.vector().field();
      long controls = vmcs.get(field);
      if (vmcs.get(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS) != 0) {
        vmcs.set(field, controls | VmxControl.PROCESS_POSTED_INTERRUPTS.mask());
      }
      super.enter(vmcs);
      vmcs.set(field, controls);
    }
  }

  private static final class KeepsOn extends ApicVirtualization {
    KeepsOn(VmxWorld world) {
      super(world);
    }

    @Override
    protected long processed(long control) {
      return control;
    }
  }

  private static final class ClearsSn extends ApicVirtualization {
    ClearsSn(VmxWorld world) {
      super(world);
    }

    @Override
    protected long processed(long control) {
      return control & ~3L;
    }
  }

  private static final class NoEnd extends ApicVirtualization {
    NoEnd(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean endsNotification() {
      return false;
    }
  }

  private static final class KeepsRequests extends ApicVirtualization {
    KeepsRequests(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean clearsRequests() {
      return false;
    }
  }

  private static final class LowersRvi extends ApicVirtualization {
    LowersRvi(VmxWorld world) {
      super(world);
    }

    @Override
    protected int requesting(int rvi, int vector) {
      return vector;
    }
  }

  private static final class NextVector extends ApicVirtualization {
    NextVector(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isNotification(int vector, int notificationVector) {
      return vector >>> 4 == notificationVector >>> 4;
    }
  }

  private static final class EveryVector extends ApicVirtualization {
    EveryVector(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isNotification(int vector, int notificationVector) {
      return vector >= notificationVector;
    }
  }

  private static final class ExitsToo extends ApicVirtualization {
    ExitsToo(VmxWorld world) {
      super(world);
    }

    @Override
    public boolean notified(int vector) {
      super.notified(vector);
      return false;
    }
  }
}
