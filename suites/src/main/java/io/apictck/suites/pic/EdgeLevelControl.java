package io.apictck.suites.pic;

import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.suites.support.Pics;
import java.util.List;

/** Edge/level control registers of the pair (Intel 82801 data sheets, "ELCR1" and "ELCR2"). */
final class EdgeLevelControl {
  /** Port of the master's register. */
  static final int MASTER = 0x4D0;

  /** Port of the slave's register. */
  static final int SLAVE = 0x4D1;

  private final Cpu cpu;

  private EdgeLevelControl(Cpu cpu) {
    this.cpu = cpu;
  }

  /** Those of a machine; processor 0 makes the accesses. */
  static EdgeLevelControl of(Machine machine) {
    return new EdgeLevelControl(machine.cpu(0));
  }

  /** Makes these ISA interrupts level-triggered and all others edge-triggered. */
  void setLevel(List<Integer> irqs) {
    int bits = irqs.stream().map(irq -> 1 << irq).reduce(0, (all, bit) -> all | bit);
    write(MASTER, bits & 0xFF);
    write(SLAVE, bits >>> Irqs.LEVELS);
  }

  /** Makes this ISA interrupt level-triggered and all others edge-triggered. */
  void setLevel(int irq) {
    setLevel(List.of(irq));
  }

  /** Makes all edge-triggered. */
  void setEdge() {
    setLevel(List.of());
  }

  /** The bit of an ISA interrupt. */
  boolean isLevel(int irq) {
    return (read(irq < Irqs.LEVELS ? MASTER : SLAVE) & Pics.bit(irq)) != 0;
  }

  int read(int port) {
    return cpu.in8(port);
  }

  void write(int port, int value) {
    cpu.out8(port, value);
  }
}
