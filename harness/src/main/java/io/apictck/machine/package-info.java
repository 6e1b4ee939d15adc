/**
 * What tests are written with: the director of a whole machine, its processors and the drivers of
 * their interrupt hardware. Everything here ends in actions and events.
 */
package io.apictck.machine;
