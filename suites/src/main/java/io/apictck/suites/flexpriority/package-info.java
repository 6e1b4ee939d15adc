/** FlexPriority: TPR shadow, TPR threshold, and the APIC-access page. */
package io.apictck.suites.flexpriority;
