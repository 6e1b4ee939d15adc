/** Remapping units of Intel VT-d: interrupt remapping and posting, queued invalidation, faults. */
@NullMarked
package io.apictck.model.vtd;

import org.jspecify.annotations.NullMarked;
