package io.tidecast.connectors.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.Decimals;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The bars of Binance as its answers have them: an array each, of numbers as texts. */
final class Klines {
  private static final int FIELDS = 6;
  private static final String[] NAMES = {"open", "high", "low", "close", "volume"};

  private Klines() {}

  static boolean isTime(JsonNode answer) {
    return answer.path("serverTime").canConvertToLong() && answer.path("serverTime").isNumber();
  }

  static Instant time(JsonNode answer) {
    return Instant.ofEpochMilli(answer.path("serverTime").asLong());
  }

  static boolean areKlines(JsonNode answer) {
    if (!answer.isArray()) {
      return false;
    }
    for (JsonNode bar : answer) {
      if (bar.size() < FIELDS || !bar.path(0).isIntegralNumber()) {
        return false;
      }
      for (int i = 1; i < FIELDS; i++) {
        if (!isNumber(bar.path(i).asText())) {
          return false;
        }
      }
    }
    return true;
  }

  static boolean isNumber(String text) {
    try {
      return ObservationRecord.isValue(Decimals.parse(text));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  static List<FeedRow> rows(String symbol, JsonNode answer, Duration step) {
    List<FeedRow> rows = new ArrayList<>(answer.size());
    for (JsonNode bar : answer) {
      List<String> texts = new ArrayList<>();
      for (int i = 1; i < FIELDS; i++) {
        texts.add(bar.path(i).asText());
      }
      rows.add(row(symbol, bar.path(0).asLong(), step, texts));
    }
    return rows;
  }

  /**
   * One bar, at its end.
   *
   * @param opened milliseconds
   * @param texts open, high, low, close, volume
   */
  static FeedRow row(String symbol, long opened, Duration step, List<String> texts) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < NAMES.length; i++) {
      values.put(NAMES[i], Decimals.parse(texts.get(i)));
    }
    Instant end = Instant.ofEpochMilli(opened).plus(step);
    return FeedRow.of(new ObservationRecord(symbol, end, values));
  }
}
