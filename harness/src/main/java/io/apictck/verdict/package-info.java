/** Known issues of targets, and whether a verdict is what was to be expected. */
package io.apictck.verdict;
