package io.apictck.suites.support;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All registers of a local APIC that can be read in its present mode, by name and in hexadecimal,
 * so that two states compare as maps.
 *
 * <p>APR and RRD are left out: they are not there on every processor.
 */
public final class RegisterDump {
  private RegisterDump() {}

  /** The registers now, but those in {@code without}; read in one block. */
  public static Map<String, String> of(LocalApic lapic, LapicRegister... without) {
    List<LapicRegister> registers = readable(lapic, without);
    List<Instruction> block = new ArrayList<>();
    for (LapicRegister register : registers) {
      for (int i = 0; i < register.count(); i++) {
        block.add(lapic.reading(register.offset(i)));
      }
    }
    long[] values = lapic.cpu().run(block);
    boolean msrs = lapic.mode() == ApicMode.X2APIC;
    Map<String, String> dump = new LinkedHashMap<>();
    int next = 0;
    for (LapicRegister register : registers) {
      for (int i = 0; i < register.count(); i++) {
        long value = msrs ? values[next + 1] << 32 | values[next] : values[next];
        dump.put(name(register, i), Hex.qword(value));
        next += msrs ? 2 : 1;
      }
    }
    return dump;
  }

  /**
   * What the registers must be after power-up, RESET and INIT in the present mode. The version,
   * which is the implementation's own, is what it is now.
   */
  public static Map<String, String> afterReset(LocalApic lapic) {
    boolean x2apic = lapic.mode() == ApicMode.X2APIC;
    int id = lapic.cpu().apicId();
    Map<String, String> dump = new LinkedHashMap<>();
    for (LapicRegister register : readable(lapic)) {
      int value =
          switch (register) {
            case ID -> x2apic ? id : id << 24;
            case VERSION -> lapic.version().raw();
            case LDR -> x2apic ? X2apicLogicalId.of(id) : register.resetValue();
            default -> register.resetValue();
          };
      for (int i = 0; i < register.count(); i++) {
        dump.put(name(register, i), Hex.qword(Integer.toUnsignedLong(value)));
      }
    }
    return dump;
  }

  /** The registers that the local APIC has and that can be read in its present mode. */
  public static List<LapicRegister> readable(LocalApic lapic, LapicRegister... without) {
    int maxLvtEntry = lapic.version().maxLvtEntry();
    Set<LapicRegister> excluded = Set.of(without);
    List<LapicRegister> registers = new ArrayList<>();
    for (LapicRegister register : LapicRegister.values()) {
      if (register.access(lapic.mode()).readable()
          && register.lvtIndex() <= maxLvtEntry
          && register != LapicRegister.APR
          && register != LapicRegister.RRD
          && !excluded.contains(register)) {
        registers.add(register);
      }
    }
    return registers;
  }

  private static String name(LapicRegister register, int index) {
    return register.count() == 1 ? register.name() : register.name() + "[" + index + "]";
  }
}
