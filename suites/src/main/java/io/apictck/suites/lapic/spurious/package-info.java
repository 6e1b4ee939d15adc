/** The spurious interrupt (Intel SDM Vol. 3A, "Spurious Interrupt"). */
package io.apictck.suites.lapic.spurious;
