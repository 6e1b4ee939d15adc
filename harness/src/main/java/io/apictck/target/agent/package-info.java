/**
 * Machines that execute real machine code: the guest agent runs in them, and the harness tells it
 * which blocks to run through guest memory, laid out in {@link
 * io.apictck.target.agent.AgentLayout}.
 */
package io.apictck.target.agent;
