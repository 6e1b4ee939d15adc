/** A small hypervisor: what it does is the rule, what is tested is the processor below it. */
package io.apictck.suites.support.hypervisor;
