/** VMX of the reference processor, as far as interrupts need it. */
@NullMarked
package io.apictck.model.processor.vmx;

import org.jspecify.annotations.NullMarked;
