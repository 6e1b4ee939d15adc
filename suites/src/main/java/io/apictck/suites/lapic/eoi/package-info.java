/** End of interrupt (Intel SDM Vol. 3A, "Signaling Interrupt Servicing Completion"). */
package io.apictck.suites.lapic.eoi;
