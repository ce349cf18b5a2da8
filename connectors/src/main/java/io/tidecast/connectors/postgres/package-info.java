/**
 * The database behind dashboards and live page: its schema ({@code V*.sql} beside {@link
 * io.tidecast.connectors.postgres.Schema}), and sinks to its tables. Read the SQL first.
 *
 * <p>Why one row per forecast and not one per lead: a forecast is written twice (history and
 * newest), so 24 leads would be 48 rows; as arrays they are 2, and the views {@code forecast_point}
 * and {@code accuracy} unfold only the rows a question is about.
 *
 * <p>The {@code quantiles} of a row are less its {@code base}, which is 0 unless single precision
 * is not enough for the series: read them by {@code forecast_point}, or by {@code quantile(levels,
 * quantiles, base, level, lead)}.
 *
 * <p>Why the series' name is the key and not a number: whoever writes would have to look the number
 * up. The name costs a few bytes beside 24 leads of 7 levels.
 */
package io.tidecast.connectors.postgres;
