/** The pair of 8259 interrupt controllers of a PC. */
package io.apictck.model.pic;
