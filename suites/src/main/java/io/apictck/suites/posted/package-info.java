/** Posted-interrupt processing. */
package io.apictck.suites.posted;
