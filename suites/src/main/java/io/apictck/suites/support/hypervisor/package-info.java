/** A small hypervisor: what it does is the rule, what is tested is the processor below it. */
@NullMarked
package io.apictck.suites.support.hypervisor;

import org.jspecify.annotations.NullMarked;
