package io.tidecast.connectors.check;

import java.util.List;
import java.util.Map;

/**
 * The first rows of a file as texts.
 *
 * @param columns their names, or made-up ones; empty names are columns nobody needs
 * @param rows texts by column; missing ones are empty
 * @param settings of the feed that say how to read it so far
 */
record Table(List<String> columns, List<List<String>> rows, Map<String, Object> settings) {
  /** Texts of a column, in order. */
  List<String> texts(int column) {
    return rows.stream().map(row -> column < row.size() ? row.get(column).strip() : "").toList();
  }

  int place(String column) {
    return columns.indexOf(column);
  }
}
