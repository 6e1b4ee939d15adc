/**
 * Definitions of the architecture and nothing else: register maps, bit fields, codes, MSR numbers.
 * No behaviour.
 *
 * <p>Names are those of the Intel Software Developer's Manual. Suites and the reference model share
 * what stands here and nothing more.
 */
package io.apictck.arch;
