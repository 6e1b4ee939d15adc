/** Targets: how the implementation under test is named on the command line and found. */
package io.apictck.target;
