/** User interrupts. */
package io.apictck.suites.uintr;
