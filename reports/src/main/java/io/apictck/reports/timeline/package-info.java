/** Traces as pictures and as text. */
package io.apictck.reports.timeline;
