/** Interrupt posting (Intel VT-d specification, "Interrupt Posting"). */
package io.apictck.suites.vtdposted;
