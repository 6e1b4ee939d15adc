package io.apictck.model.processor.uintr;

/** A world as another one is, for faults that change some of it. */
abstract class OtherUserInterruptWorld implements UserInterruptWorld {
  private final UserInterruptWorld world;

  OtherUserInterruptWorld(UserInterruptWorld world) {
    this.world = world;
  }

  /** The right one. */
  final UserInterruptWorld world() {
    return world;
  }

  @Override
  public long read(long address, int width) {
    return world.read(address, width);
  }

  @Override
  public long readForWrite(long address, int width) {
    return world.readForWrite(address, width);
  }

  @Override
  public void write(long address, int width, long value) {
    world.write(address, width, value);
  }

  @Override
  public long pop(long address) {
    return world.pop(address);
  }

  @Override
  public void push(long address, long value) {
    world.push(address, value);
  }

  @Override
  public void pushShadow(long rip) {
    world.pushShadow(rip);
  }

  @Override
  public boolean popShadow(long rip) {
    return world.popShadow(rip);
  }

  @Override
  public int linearAddressBits() {
    return world.linearAddressBits();
  }

  @Override
  public int maxLinearAddressBits() {
    return world.maxLinearAddressBits();
  }

  @Override
  public void requested(boolean any) {
    world.requested(any);
  }
}
