package io.apictck.machine;

import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/** The places below 1 MiB where firmware leaves pointers to tables. */
final class BiosArea {
  private static final long ROM = 0xE_0000;
  private static final long ROM_SIZE = 0x2_0000;
  private static final long EBDA_SEGMENT = 0x40E;
  private static final long EBDA_FIRST = 0x8_0000;
  private static final long EBDA_LIMIT = 0xA_0000;
  private static final long EBDA_SIZE = 0x400;
  private static final int STEP = 16;

  private BiosArea() {}

  /**
   * Addresses at multiples of 16 where a signature begins: in the read-only memory of firmware,
   * then in the first KiB of the extended BIOS data area.
   *
   * @param width how many bytes the signature has, 4 or 8
   */
  static List<Long> find(Cpu cpu, long signature, int width) {
    List<Long> found = new ArrayList<>(find(cpu, ROM, ROM_SIZE, signature, width));
    long ebda = cpu.run(new Instruction.Load(EBDA_SEGMENT, 2))[0] << 4;
    if (ebda >= EBDA_FIRST && ebda + EBDA_SIZE <= EBDA_LIMIT) {
      found.addAll(find(cpu, ebda, EBDA_SIZE, signature, width));
    }
    return found;
  }

  private static List<Long> find(Cpu cpu, long base, long size, long signature, int width) {
    List<Instruction> block = new ArrayList<>();
    for (long offset = 0; offset < size; offset += STEP) {
      block.add(new Instruction.Load(base + offset, width));
    }
    long[] values = cpu.runInPieces(block);
    List<Long> found = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (values[i] == signature) {
        found.add(base + (long) STEP * i);
      }
    }
    return found;
  }
}
