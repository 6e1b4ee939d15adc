package io.apictck.model.processor.uintr;

/**
 * What UIRET takes from the stack.
 *
 * @param rip RIP
 * @param rflags image of RFLAGS
 * @param rsp RSP
 */
public record UserInterruptReturn(long rip, long rflags, long rsp) {}
