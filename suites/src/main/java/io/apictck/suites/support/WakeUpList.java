package io.apictck.suites.support;

import io.apictck.machine.Cpu;
import java.util.ArrayList;
import java.util.List;

/** The virtual processors whose next request sends the wake-up vector to one processor. */
public final class WakeUpList {
  private final Cpu processor;
  private final List<PostedScheduling> blocked = new ArrayList<>();

  /** An empty list of a processor. */
  public WakeUpList(Cpu processor) {
    this.processor = processor;
  }

  /** Who gets the wake-up vector. */
  public Cpu processor() {
    return processor;
  }

  /** Puts a virtual processor on the list. */
  public void add(PostedScheduling each) {
    blocked.add(each);
  }

  /** Takes it off. */
  public void remove(PostedScheduling each) {
    blocked.remove(each);
  }

  /** Whether it is on the list. */
  public boolean contains(PostedScheduling each) {
    return blocked.contains(each);
  }

  /** What the handler of the wake-up vector does: those with ON leave the list; gives them. */
  public List<PostedScheduling> wake() {
    List<PostedScheduling> woken =
        blocked.stream().filter(each -> each.descriptor().by(processor).on()).toList();
    blocked.removeAll(woken);
    return woken;
  }
}
