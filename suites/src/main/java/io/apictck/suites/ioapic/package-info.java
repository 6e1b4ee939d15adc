/** The I/O APIC: registers, edges, levels, delivery, directed end of interrupt. */
package io.apictck.suites.ioapic;
