package io.apictck.model.processor.paging;

import io.apictck.arch.vmx.EptViolation;

/**
 * The exit qualification of EPT violations (Intel SDM Vol. 3C, "Basic VM-Exit Information"). All
 * accesses here have a linear address.
 */
final class EptQualification {
  private EptQualification() {}

  /**
   * That of an access.
   *
   * @param rights what all entries allowed, none if one was not present
   * @param structure whether a paging-structure entry was accessed
   */
  static long of(MemoryAccess.Kind kind, long rights, boolean structure) {
    long access =
        switch (kind) {
          case READ -> EptViolation.READ;
          case WRITE, SHADOW_STACK -> EptViolation.WRITE;
          case FETCH -> EptViolation.FETCH;
        };
    return access
        | rights << EptViolation.RIGHTS_SHIFT
        | EptViolation.LINEAR
        | (structure ? 0 : EptViolation.TRANSLATED);
  }
}
