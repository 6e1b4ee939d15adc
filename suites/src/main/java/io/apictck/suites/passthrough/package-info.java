/** Pass-through of the local APIC. */
package io.apictck.suites.passthrough;
