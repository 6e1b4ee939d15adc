/** User interrupts of one processor. */
@NullMarked
package io.apictck.model.processor.uintr;

import org.jspecify.annotations.NullMarked;
