/** PCI functions that interrupt: configuration space, MSI, MSI-X and interrupt pins. */
package io.apictck.model.pci;
