/**
 * Interrupt remapping and posting as far as software sees them: registers, table entries, requests,
 * descriptors, firmware structures. Names are those of the Intel VT-d specification. Definitions
 * only.
 */
@NullMarked
package io.apictck.arch.vtd;

import org.jspecify.annotations.NullMarked;
