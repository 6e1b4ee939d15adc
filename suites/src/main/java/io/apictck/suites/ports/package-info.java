/** Which checks of other suites are carried by tests of this one. */
package io.apictck.suites.ports;
