/** Selects tests, runs them on a target and leaves a result folder. */
package io.apictck.reports.run;
