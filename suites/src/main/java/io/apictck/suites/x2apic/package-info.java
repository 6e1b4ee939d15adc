/** The MSR interface of x2APIC mode: which MSRs there are, their reserved bits, IDs, SELF IPI. */
package io.apictck.suites.x2apic;
