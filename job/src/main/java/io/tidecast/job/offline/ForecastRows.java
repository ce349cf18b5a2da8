package io.tidecast.job.offline;

import io.tidecast.model.Forecast;
import io.tidecast.model.Grid;
import io.tidecast.model.QuantileLevels;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;

/**
 * Forecasts as a table of text, a row per series, origin and lead:
 *
 * <pre>
 * series,origin,lead,time,actual,0.05,0.1,0.25,0.5,0.75,0.9,0.95
 * JFK/temperature_2m,2013-09-01T00:00:00Z,1,2013-09-01T01:00:00Z,22.8,21.1,21.5,22.2,22.9,23.6,24.2,24.7
 * </pre>
 *
 * <p>Origin and time are the ends of their steps; actual is empty where it is missing or still to
 * come; the names of the other columns are levels.
 */
public final class ForecastRows implements AutoCloseable {
  private static final List<String> KEYS = List.of("series", "origin", "lead");

  private final CSVPrinter rows;
  private final Grid grid;

  /**
   * Begins a table.
   *
   * @param out closed with it
   */
  public ForecastRows(Writer out, Grid grid, QuantileLevels levels) throws IOException {
    this.grid = grid;
    rows = new CSVPrinter(out, CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get());
    List<String> header = new ArrayList<>(KEYS);
    header.addAll(List.of("time", "actual"));
    levels.values().forEach(level -> header.add(level.toString()));
    rows.printRecord(header);
  }

  /**
   * Adds all leads of one forecast.
   *
   * @param actual {@code [horizon]}, less the base of the forecast, NaN where there is none
   */
  public void add(String series, Forecast forecast, float[] actual) {
    try {
      for (int h = 0; h < actual.length; h++) {
        List<Object> row = new ArrayList<>();
        row.add(series);
        row.add(time(forecast.origin()));
        row.add(h + 1);
        row.add(time(forecast.origin() + h + 1));
        row.add(Float.isNaN(actual[h]) ? "" : number(forecast.base(), actual[h]));
        for (float[] quantiles : forecast.quantiles()) {
          row.add(number(forecast.base(), quantiles[h]));
        }
        rows.printRecord(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As many digits as the part above the base has. */
  private static String number(double base, float above) {
    return base == 0
        ? Float.toString(above)
        : BigDecimal.valueOf(base).add(new BigDecimal(Float.toString(above))).toPlainString();
  }

  private Instant time(long index) {
    return Instant.ofEpochMilli(grid.end(index));
  }

  @Override
  public void close() throws IOException {
    rows.close(true);
  }

  /**
   * Forecasts that were made elsewhere, by series and origin, {@code [levels][horizon]}.
   *
   * @throws IllegalArgumentException if it is no file of text, or a column is missing, or a row
   *     cannot be read
   */
  static Map<String, Map<Long, double[][]>> read(
      Path file, Grid grid, QuantileLevels levels, int horizon) throws IOException {
    Map<String, Map<Long, double[][]>> forecasts = new HashMap<>();
    CSVFormat format = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();
    try (Reader text = Files.newBufferedReader(file);
        CSVParser rows = format.parse(text)) {
      requireColumns(file, rows, levels);
      for (CSVRecord row : rows) {
        take(file, row, grid, levels, horizon, forecasts);
      }
    } catch (NoSuchFileException | AccessDeniedException e) {
      throw e;
    } catch (IOException | UncheckedIOException e) {
      throw new IllegalArgumentException(
          "--against: " + file + "; accepted: a file of text in UTF-8", e);
    }
    forecasts.values().forEach(one -> one.values().removeIf(ForecastRows::hasHole));
    return forecasts;
  }

  private static boolean hasHole(double[][] quantiles) {
    for (double[] level : quantiles) {
      for (double quantile : level) {
        if (Double.isNaN(quantile)) {
          return true;
        }
      }
    }
    return false;
  }

  private static void requireColumns(Path file, CSVParser rows, QuantileLevels levels) {
    List<String> wanted = new ArrayList<>(KEYS);
    levels.values().forEach(level -> wanted.add(level.toString()));
    if (!rows.getHeaderNames().containsAll(wanted)) {
      throw new IllegalArgumentException(
          "--against: "
              + file
              + " has columns "
              + rows.getHeaderNames()
              + "; accepted: at least "
              + wanted);
    }
  }

  private static void take(
      Path file,
      CSVRecord row,
      Grid grid,
      QuantileLevels levels,
      int horizon,
      Map<String, Map<Long, double[][]>> forecasts) {
    try {
      int lead = Integer.parseInt(row.get("lead"));
      if (lead > horizon) {
        return;
      }
      double[][] quantiles =
          forecasts
              .computeIfAbsent(row.get("series"), series -> new HashMap<>())
              .computeIfAbsent(
                  grid.indexOf(Instant.parse(row.get("origin")).toEpochMilli()),
                  origin -> empty(levels.size(), horizon));
      for (int j = 0; j < levels.size(); j++) {
        quantiles[j][lead - 1] = Double.parseDouble(row.get(Double.toString(levels.get(j))));
      }
    } catch (NumberFormatException | DateTimeException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "--against: "
              + file
              + " line "
              + (row.getRecordNumber() + 1)
              + ": "
              + e.getMessage()
              + "; accepted: series, origin in RFC 3339, lead from 1 on, numbers",
          e);
    }
  }

  private static double[][] empty(int levels, int horizon) {
    double[][] empty = new double[levels][horizon];
    for (double[] row : empty) {
      Arrays.fill(row, Double.NaN);
    }
    return empty;
  }
}
