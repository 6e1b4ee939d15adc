package io.apictck.suites.support;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.VectorSet;
import io.apictck.machine.LocalApic;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * What decides about delivery in a local APIC, read in one block.
 *
 * @param tpr task priority
 * @param ppr processor priority
 * @param svr spurious-interrupt vector register
 * @param irr requests
 * @param isr in service
 * @param tmr trigger modes
 */
public record LapicState(int tpr, int ppr, int svr, VectorSet irr, VectorSet isr, VectorSet tmr) {
  private static final int REGISTERS = 8;
  private static final int SETS = 3;

  /** Reads it. */
  public static LapicState of(LocalApic lapic) {
    List<Instruction> block = new ArrayList<>();
    block.add(lapic.reading(LapicRegister.TPR));
    block.add(lapic.reading(LapicRegister.PPR));
    block.add(lapic.reading(LapicRegister.SVR));
    for (LapicRegister register :
        List.of(LapicRegister.IRR, LapicRegister.ISR, LapicRegister.TMR)) {
      for (int i = 0; i < REGISTERS; i++) {
        block.add(lapic.reading(register.offset(i)));
      }
    }
    long[] values = lapic.cpu().run(block);
    // RDMSR gives two values, a load one
    int stride = values.length / block.size();
    VectorSet[] sets = {new VectorSet(), new VectorSet(), new VectorSet()};
    for (int i = 0; i < SETS * REGISTERS; i++) {
      sets[i / REGISTERS].setWord(i % REGISTERS, (int) values[(3 + i) * stride]);
    }
    return new LapicState(
        (int) values[0], (int) values[stride], (int) values[2 * stride], sets[0], sets[1], sets[2]);
  }
}
