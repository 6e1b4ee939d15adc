/** APICv: APIC-register virtualization, virtual-interrupt delivery, virtualized x2APIC mode. */
package io.apictck.suites.apicv;
