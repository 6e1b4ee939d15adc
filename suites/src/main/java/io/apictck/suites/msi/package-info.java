/** Interrupt messages and the MSI capability. */
package io.apictck.suites.msi;
