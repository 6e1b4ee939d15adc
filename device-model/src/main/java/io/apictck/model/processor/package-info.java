/**
 * The reference processors: they interpret the blocks of instructions that tests run, recognize
 * events at instruction boundaries, and share one virtual clock.
 */
package io.apictck.model.processor;
