/**
 * The catalogue of requirements: what the manuals demand, with the source and a hint for each
 * demand.
 */
package io.apictck.suites.catalogue;
