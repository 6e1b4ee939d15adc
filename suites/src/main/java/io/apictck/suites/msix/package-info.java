/** The MSI-X capability. */
package io.apictck.suites.msix;
