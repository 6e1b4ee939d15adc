/** The static pages of a result folder. */
package io.apictck.reports.site;
