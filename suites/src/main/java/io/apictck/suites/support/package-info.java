/** What tests of several topics share. */
package io.apictck.suites.support;
