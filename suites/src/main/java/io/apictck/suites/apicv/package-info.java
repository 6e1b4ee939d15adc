/** APIC-register virtualization and virtual-interrupt delivery (Intel SDM Vol. 3C). */
package io.apictck.suites.apicv;
