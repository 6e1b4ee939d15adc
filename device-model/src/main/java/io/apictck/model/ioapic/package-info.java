/** The I/O APIC. */
package io.apictck.model.ioapic;
