/**
 * The seam between tests and implementations: everything a test can do to a machine is an {@link
 * io.apictck.platform.Action}, everything a machine shows is an {@link io.apictck.platform.Event};
 * an implementation is a {@link io.apictck.platform.Platform}.
 */
package io.apictck.platform;
