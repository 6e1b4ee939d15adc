/** Local APIC registers: reset values, access rules, software disable, reserved offsets. */
package io.apictck.suites.lapic.registers;
