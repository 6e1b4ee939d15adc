/**
 * Ports of the local APIC checks of kvm-unit-tests (x86/apic.c and the x2APIC part of x86/msr.c),
 * written anew as directed tests. What the originals race for is stepped here; what they only
 * promise for KVM is recorded and does not fail.
 */
package io.apictck.suites.kut;
