/** Translation of the addresses of guests, as far as interrupts need it. */
@NullMarked
package io.apictck.model.processor.paging;

import org.jspecify.annotations.NullMarked;
