/** Posted-interrupt processing (Intel SDM Vol. 3C). */
package io.apictck.suites.posted;
