/**
 * The recorded sequence of actions and events: what reports, failure texts, comparison and replay
 * are made of.
 */
package io.apictck.trace;
