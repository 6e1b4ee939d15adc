/** One workload under each technique of virtualizing a local APIC: what exits, and how often. */
package io.apictck.suites.experiment;
