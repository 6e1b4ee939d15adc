package io.apictck.suites.catalogue;

/** How binding a requirement is, and hence what a deviation from it means. */
public enum Modality {
  /** The specification demands it: a deviation fails. */
  MUST,
  /** An optional facility: binding where the implementation offers it, not applicable elsewhere. */
  OPTIONAL,
  /** The specification leaves it open: the behaviour is observed and recorded, and never fails. */
  IMPL_SPECIFIC,
  /** Defined by one processor vendor only: binding for that vendor's processors. */
  VENDOR
}
