package io.apictck.reports.cli;

import io.apictck.reports.run.Shard;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code i/n}. */
final class ShardConverter implements ITypeConverter<Shard> {
  ShardConverter() {}

  @Override
  public Shard convert(String text) {
    try {
      return Shard.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
