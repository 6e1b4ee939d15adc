package io.apictck.suites.support.hypervisor;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.VectorSet;
import io.apictck.suites.support.X2apicLogicalId;
import java.util.HashMap;
import java.util.Map;

/**
 * The registers of a local APIC in software, as far as guests of tests use them: priorities,
 * requests, service, and values that are only kept.
 */
final class EmulatedLocalApic {
  private static final int CLASS = 0xF0;

  private final int id;
  private final Map<Integer, Integer> values = new HashMap<>();
  private VectorSet requests = new VectorSet();
  private VectorSet service = new VectorSet();

  EmulatedLocalApic(int id) {
    this.id = id;
  }

  /** As after power-on. */
  void reset() {
    values.clear();
    requests = new VectorSet();
    service = new VectorSet();
  }

  int read(int offset, boolean x2apic) {
    if (offset == LapicRegister.ID.offset()) {
      return x2apic ? id : id << 24;
    }
    if (offset == LapicRegister.LDR.offset() && x2apic) {
      return X2apicLogicalId.of(id);
    }
    LapicRegister register = LapicRegister.at(offset).orElse(null);
    int initial = register == null ? 0 : register.resetValue();
    return values.getOrDefault(offset, initial);
  }

  void write(int offset, int value) {
    if (offset == LapicRegister.EOI.offset()) {
      int vector = service.highest();
      if (vector != VectorSet.NONE) {
        service.remove(vector);
      }
    } else {
      values.put(offset, value);
    }
  }

  LvtEntry timer() {
    return LvtEntry.of(read(LapicRegister.LVT_TIMER.offset(), false));
  }

  void request(int vector) {
    requests.add(vector);
  }

  /** The highest request, -1 if there is none. */
  int highestRequest() {
    return requests.highest();
  }

  /** The highest request if the priorities let it through, otherwise -1. */
  int deliverable(int taskPriority) {
    int vector = requests.highest();
    int priority = Math.max(taskPriority & CLASS, Math.max(service.highest(), 0) & CLASS);
    return vector != VectorSet.NONE && (vector & CLASS) > priority ? vector : VectorSet.NONE;
  }

  /** A request goes into service. */
  void acknowledge(int vector) {
    requests.remove(vector);
    service.add(vector);
  }

  /** Takes the highest request away. */
  int takeRequest() {
    int vector = requests.highest();
    if (vector != VectorSet.NONE) {
      requests.remove(vector);
    }
    return vector;
  }
}
