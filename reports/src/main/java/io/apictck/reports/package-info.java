/** The command line {@code apic-tck}. */
package io.apictck.reports;
