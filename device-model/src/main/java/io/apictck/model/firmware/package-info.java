/** The tables that firmware leaves for software, as read-only memory. */
package io.apictck.model.firmware;
