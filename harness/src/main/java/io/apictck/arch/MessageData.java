package io.apictck.arch;

/**
 * Data of an interrupt message in compatibility format (Intel SDM Vol. 3A, "Message Data Register
 * Format").
 *
 * @param raw the 32-bit data
 */
public record MessageData(int raw) {
  /** Bit 14: 1 is assert; only looked at for level-triggered messages. */
  public static final int LEVEL_ASSERT = 1 << 14;

  /** Bit 15: 1 is level. */
  public static final int TRIGGER_LEVEL = 1 << 15;

  /** The data with the given raw value. */
  public static MessageData of(int raw) {
    return new MessageData(raw);
  }

  /** An edge-triggered Fixed message. */
  public static MessageData fixed(int vector) {
    return new MessageData(vector & 0xFF);
  }

  /** A level-triggered, asserted Fixed message. */
  public static MessageData fixedLevel(int vector) {
    return new MessageData((vector & 0xFF) | LEVEL_ASSERT | TRIGGER_LEVEL);
  }

  /** An edge-triggered message of any delivery mode. */
  public static MessageData of(DeliveryMode mode, int vector) {
    return new MessageData(mode.code() << 8 | (vector & 0xFF));
  }

  public MessageData withLevelAssert(boolean asserted) {
    return new MessageData(asserted ? raw | LEVEL_ASSERT : raw & ~LEVEL_ASSERT);
  }

  public MessageData withTriggerLevel(boolean level) {
    return new MessageData(level ? raw | TRIGGER_LEVEL : raw & ~TRIGGER_LEVEL);
  }

  public int vector() {
    return raw & 0xFF;
  }

  public DeliveryMode deliveryMode() {
    return DeliveryMode.of(raw >>> 8);
  }

  public boolean levelAssert() {
    return (raw & LEVEL_ASSERT) != 0;
  }

  public boolean triggerLevel() {
    return (raw & TRIGGER_LEVEL) != 0;
  }
}
