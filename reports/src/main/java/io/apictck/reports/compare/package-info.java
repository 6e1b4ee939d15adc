/** What implementations do differently: verdicts of tests, and behaviour that no manual fixes. */
package io.apictck.reports.compare;
