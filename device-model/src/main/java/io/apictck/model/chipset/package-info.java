/**
 * The inner seam of the model: the processors drive a {@link io.apictck.model.chipset.Chipset} that
 * holds all interrupt controllers. Who has only interrupt controllers implements {@code Chipset}
 * and borrows the processors of this module.
 */
package io.apictck.model.chipset;
