/**
 * VMX as far as interrupts need it (Intel SDM Vol. 3C, "VMX Non-Root Operation", "VM Entries", "VM
 * Exits").
 */
package io.apictck.suites.vmx;
