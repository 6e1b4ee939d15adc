/** Drivers of remapping units and of what they use in memory (Intel VT-d specification). */
@NullMarked
package io.apictck.machine.vtd;

import org.jspecify.annotations.NullMarked;
