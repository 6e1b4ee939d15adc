/** What runs leave for programs: conformance.json, and how a requirement is judged by its tests. */
package io.apictck.reports.json;
