/**
 * The target {@code kvm}: a small VMM around the Linux kernel's KVM, with the interrupt controllers
 * that the kernel models.
 *
 * <p>The processors run one after the other on the thread that performs the actions, each until it
 * has nothing to do; so no processor spins while another one works.
 */
package io.apictck.target.kvm;
