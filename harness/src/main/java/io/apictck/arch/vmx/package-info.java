/** VMX as far as interrupts need it: fields, controls, exits, descriptors. Definitions only. */
@NullMarked
package io.apictck.arch.vmx;

import org.jspecify.annotations.NullMarked;
