/** Message-signalled interrupts. */
package io.apictck.model.msi;
