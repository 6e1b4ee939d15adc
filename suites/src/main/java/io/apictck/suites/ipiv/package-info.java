/** IPI virtualization. */
package io.apictck.suites.ipiv;
