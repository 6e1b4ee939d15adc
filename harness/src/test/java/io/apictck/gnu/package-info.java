/** GNU binutils as a second opinion on machine code. */
package io.apictck.gnu;
