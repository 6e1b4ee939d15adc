/** Drivers of what VMX keeps in memory: virtual-APIC page, descriptors, tables, bitmaps. */
@NullMarked
package io.apictck.machine.vmx;

import org.jspecify.annotations.NullMarked;
