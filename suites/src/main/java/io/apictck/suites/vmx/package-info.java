/** VMX operation as far as interrupts need it. */
package io.apictck.suites.vmx;
