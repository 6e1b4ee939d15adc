/** Interrupt remapping by Intel VT-d. */
package io.apictck.suites.remapping;
