/**
 * The interrupt sources of the board, and what is wired to what between them and the controllers.
 */
package io.apictck.model.wiring;
