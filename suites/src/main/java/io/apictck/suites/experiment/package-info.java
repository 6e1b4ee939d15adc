/** One workload under each technique of virtualizing a local APIC: what exits, and how often. */
@NullMarked
package io.apictck.suites.experiment;

import org.jspecify.annotations.NullMarked;
