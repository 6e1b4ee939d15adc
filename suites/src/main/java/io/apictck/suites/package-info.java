/**
 * The conformance suites: one package a topic, and here the JUnit Platform suites by unit, which
 * can be run from the jar.
 */
package io.apictck.suites;
