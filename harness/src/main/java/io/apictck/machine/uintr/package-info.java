/** What user interrupts need in memory, driven as an operating system does it. */
@NullMarked
package io.apictck.machine.uintr;

import org.jspecify.annotations.NullMarked;
