/** The timer of the local APIC (Intel SDM Vol. 3A, "APIC Timer" and "TSC-Deadline Mode"). */
package io.apictck.suites.lapic.timer;
