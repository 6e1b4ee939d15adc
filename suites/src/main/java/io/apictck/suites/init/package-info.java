/** INIT, start-up IPIs, the wait-for-SIPI state and what INIT leaves behind. */
package io.apictck.suites.init;
