package io.apictck.model.processor.uintr;

/**
 * The entry of a handler of user interrupts.
 *
 * @param vector user vector
 * @param rip UIHANDLER
 * @param rsp where its frame lies
 * @param rflags RFLAGS in the handler
 */
public record UserInterruptEntry(int vector, long rip, long rsp, long rflags) {}
