package io.apictck.model.firmware;

import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceBoard;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.Processor;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/** Faults in the tables that firmware leaves. The MADT is the first table of the image. */
public final class FirmwareFaults {
  private static final int CHECKSUM = 9;
  private static final int LENGTH = 4;
  private static final int REVISION = 8;
  private static final int FIRST_STRUCTURE = 44;
  private static final int ROOT_POINTER = 0x1_5A00;
  private static final int MP_TABLE = ROOT_POINTER + 0x110;

  private FirmwareFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        fault(
            "TABLE-RSDP",
            "The RSDP has a wrong checksum",
            patched(image -> image[ROOT_POINTER + LENGTH * 2]++)),
        fault("TABLE-SUM", "The MADT has a wrong checksum", patched(image -> image[REVISION]++)),
        fault(
            "TABLE-LENGTH",
            "A structure of the MADT has length 0",
            patched(image -> change(image, FIRST_STRUCTURE + 1, 0))),
        fault(
            "TABLE-SHORT",
            "The MADT ends in the middle of a structure",
            patched(image -> change(image, LENGTH, image[LENGTH] - 1))),
        fault(
            "TABLE-OVERRIDE",
            "The tables do not tell that the 8254 timer has moved",
            of((machine, board) ->
                FirmwareTables.image(
                    machine,
                    new Board(
                        board.ioApics(),
                        board.devices(),
                        List.of(),
                        board.lines(),
                        board.functions(),
                        board.remappingUnits())))),
        fault(
            "TABLE-IDS",
            "The tables count processors from 1",
            of((machine, board) -> FirmwareTables.image(withIds(machine, id -> id + 1), board))),
        fault(
            "TABLE-WIDE-IDS",
            "The tables have the low byte of APIC IDs",
            of((machine, board) -> FirmwareTables.image(withIds(machine, id -> id & 0xFF), board))),
        fault(
            "TABLE-PCAT",
            "The tables tell of no 8259 controllers",
            of((machine, board) -> FirmwareTables.image(without(machine, Feature.PIC), board))),
        fault(
            "TABLE-BASE",
            "The tables have a wrong base of the I/O APIC",
            of((machine, board) -> FirmwareTables.image(machine, withBase(board, 8)))),
        fault(
            "TABLE-ADDRESS",
            "The MADT has a wrong address of the local APICs",
            patched(image -> change(image, FIRST_STRUCTURE - 6, 0xE1))),
        fault(
            "TABLE-IMCRP",
            "The MP tables do not tell of the interrupt mode configuration register",
            of((machine, board) -> FirmwareTables.image(without(machine, Feature.IMCR), board))),
        fault(
            "TABLE-MP",
            "The MP configuration table has a wrong checksum",
            patched(image -> image[MP_TABLE + LENGTH * 2]++)));
  }

  private static PlantedFault fault(
      String id, String title, Function<ModelConfiguration, Platform> machine) {
    return PlantedFault.of(
        id, title, machine, "gsi.TableTests", "gsi.MpTableTests", "gsi.IsaMappingTests");
  }

  private static Function<ModelConfiguration, Platform> of(
      BiFunction<ModelConfiguration, Board, byte[]> image) {
    return machine -> {
      Board board = ReferenceBoard.of(machine);
      return new ReferencePlatform(
          machine, board, image.apply(machine, board), ReferenceChipset::new, Processor::new);
    };
  }

  private static Function<ModelConfiguration, Platform> patched(Consumer<byte[]> patch) {
    return of((machine, board) -> {
      byte[] image = FirmwareTables.image(machine, board);
      if (image.length > 0) {
        patch.accept(image);
      }
      return image;
    });
  }

  /** Changes a byte of the MADT, and its checksum so that the bytes sum to what they did. */
  private static void change(byte[] image, int offset, int value) {
    image[CHECKSUM] += (byte) (image[offset] - value);
    image[offset] = (byte) value;
  }

  private static ModelConfiguration withIds(ModelConfiguration machine, IntUnaryOperator change) {
    return new ModelConfiguration(
        machine.apicIds().stream().map(change::applyAsInt).toList(),
        machine.features(),
        machine.ioApics());
  }

  private static ModelConfiguration without(ModelConfiguration machine, Feature feature) {
    Set<Feature> features = EnumSet.copyOf(machine.features());
    features.remove(feature);
    return new ModelConfiguration(machine.apicIds(), features, machine.ioApics());
  }

  private static Board withBase(Board board, int offset) {
    return new Board(
        board.ioApics().stream()
            .map(io ->
                new PlatformDescription.IoApic(io.address(), io.gsiBase() + offset, io.inputs()))
            .toList(),
        board.devices(),
        board.overrides(),
        board.lines(),
        board.functions(),
        board.remappingUnits());
  }
}
