/** Task and processor priority (Intel SDM Vol. 3A, "Interrupt, Task, and Processor Priority"). */
package io.apictck.suites.lapic.priority;
