/** What is wired to what between interrupt sources and controllers. */
package io.apictck.model.wiring;
