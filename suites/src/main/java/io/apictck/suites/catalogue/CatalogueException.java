package io.apictck.suites.catalogue;

/**
 * The catalogue cannot be read. The message says in one sentence which file and entry, what is
 * wrong, and the remedy.
 */
public final class CatalogueException extends RuntimeException {
  CatalogueException(String message) {
    super(message);
  }

  CatalogueException(String message, Throwable cause) {
    super(message, cause);
  }
}
