/** User interrupts: structures in memory and the layout of MSRs. Definitions only. */
@NullMarked
package io.apictck.arch.uintr;

import org.jspecify.annotations.NullMarked;
