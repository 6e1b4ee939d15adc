/** The error status register (Intel SDM Vol. 3A, "Error Handling"). */
package io.apictck.suites.lapic.esr;
