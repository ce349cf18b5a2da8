package io.tidecast.model;

/** A configuration with one thing otherwise. */
public final class Otherwise {
  private Otherwise() {}

  public static ForecasterConfig season(ForecasterConfig config, int other) {
    return of(config, other, config.calendar(), config.cell());
  }

  public static ForecasterConfig calendar(ForecasterConfig config, Calendar other) {
    return of(config, config.season(), other, config.cell());
  }

  public static ForecasterConfig cell(ForecasterConfig config, CellConfig other) {
    return of(config, config.season(), config.calendar(), other);
  }

  private static ForecasterConfig of(
      ForecasterConfig config, int season, Calendar calendar, CellConfig cell) {
    return config.toBuilder().season(season).calendar(calendar).cell(cell).build();
  }
}
