package io.apictck.target.serial;

/**
 * What the agent sends back.
 *
 * @param sequence number of the frame
 * @param settled whether every processor went through its idle loop, or may be halted
 * @param words what the read operations gave, in their order
 */
record Answer(int sequence, boolean settled, Words words) {}
