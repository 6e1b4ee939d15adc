/** The commands of {@code apic-tck}. */
package io.apictck.reports.cli;
