/** A deliberately small platform, written against the SPI only, that the harness is tested with. */
package io.apictck.tiny;
