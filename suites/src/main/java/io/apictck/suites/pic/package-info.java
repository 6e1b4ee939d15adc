/** The pair of 8259 interrupt controllers (Intel 8259A data sheet; Intel 82801 data sheets). */
package io.apictck.suites.pic;
