package io.apictck.junit;

import io.apictck.platform.Action;
import io.apictck.platform.GuestState;
import io.apictck.platform.Outcome;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;

/** A platform that can be given up: a test that still runs on it then ends at its next action. */
final class GuardedPlatform implements Platform {
  private final Platform platform;
  private volatile boolean abandoned;

  GuardedPlatform(Platform platform) {
    this.platform = platform;
  }

  void abandon() {
    abandoned = true;
  }

  @Override
  public PlatformDescription description() {
    return platform.description();
  }

  @Override
  public Outcome perform(Action action) {
    if (abandoned) {
      throw new PlatformException("the platform was abandoned after its time was over");
    }
    return platform.perform(action);
  }

  @Override
  public GuestState guest(int cpu, int guest) {
    return platform.guest(cpu, guest);
  }

  @Override
  public long userInterruptHandler() {
    return platform.userInterruptHandler();
  }

  @Override
  public void close() {
    platform.close();
  }
}
