/** IA32_APIC_BASE: global enable, modes and their transitions, relocation of the register page. */
package io.apictck.suites.apicbase;
