package io.tidecast.job.serve;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Expands the SQL of a dashboard as Grafana does for a PostgreSQL data source: first variables, in
 * the browser, then macros, in the server. The page and the tests of the dashboards run the same
 * text through it that Grafana would run.
 *
 * <p>What Grafana leaves standing or does with a word in its log is refused here: an unknown
 * variable, format or macro is a mistake of the dashboard. Not supported are the fill argument of
 * {@code $__timeGroup} and TimescaleDB.
 *
 * @param from start of the time range
 * @param to its end
 * @param interval of {@code $__interval}; whole milliseconds
 * @param variables by name; single values only. One that stands without the format {@code
 *     sqlstring} or {@code percentencode} is inserted as it is; a name that may hold anything
 *     stands as {@code percent_decoded('${name:percentencode}')}, since Grafana's {@code sqlstring}
 *     changes double quotes and leaves a macro within a name to be expanded
 */
public record GrafanaSql(
    Instant from, Instant to, Duration interval, Map<String, String> variables) {

  /** {@code $name}, {@code [[name:format]]}, {@code ${name:format}}. */
  private static final Pattern VARIABLE =
      Pattern.compile("\\$(\\w+)|\\[\\[(\\w+)(?::(\\w+))?]]|\\$\\{(\\w+)(?::(\\w+))?}");

  /** Arguments end at the first bracket: a macro takes no nested call. */
  private static final Pattern MACRO = Pattern.compile("\\$([_a-zA-Z0-9]+)\\(([^)]*)\\)");

  private static final Pattern COMMENT = Pattern.compile("--[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);

  private static final Map<String, Long> UNIT_MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  public GrafanaSql {
    variables = Map.copyOf(variables);
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("from: " + from + "; accepted: before to, " + to);
    }
    if (interval.toMillis() < 1) {
      throw new IllegalArgumentException("interval: " + interval + "; accepted: PT0.001S or more");
    }
  }

  /**
   * The text that reaches PostgreSQL.
   *
   * @throws IllegalArgumentException if it names a variable, format or macro there is not, or gives
   *     a macro the wrong arguments
   */
  public String expand(String sql) {
    String text = COMMENT.matcher(sql).replaceAll("");
    text = withVariables(text);
    text = text.replace("$__interval_ms", Long.toString(interval.toMillis()));
    text = text.replace("$__interval", shortest(interval));
    return withMacros(text);
  }

  private String withVariables(String sql) {
    return VARIABLE
        .matcher(sql)
        .replaceAll(
            match -> {
              String name = first(match.group(1), match.group(2), match.group(4));
              String format = first(match.group(3), match.group(5), "");
              return Matcher.quoteReplacement(variable(match.group(), name, format));
            });
  }

  private String variable(String written, String name, String format) {
    String value = builtIns().getOrDefault(name, variables.get(name));
    if (value != null) {
      return formatted(written, value, format);
    }
    if (name.startsWith("__") && written.equals("$" + name)) {
      return written; // a macro or $__interval: the server's part
    }
    throw new IllegalArgumentException(
        written + ": no such variable; accepted: " + variables.keySet());
  }

  private Map<String, String> builtIns() {
    Map<String, String> values = new HashMap<>();
    values.put("__from", Long.toString(from.toEpochMilli()));
    values.put("__to", Long.toString(to.toEpochMilli()));
    return values;
  }

  private static String formatted(String written, String value, String format) {
    return switch (format) {
      case "", "raw", "csv" -> value;
      case "sqlstring" -> "'" + value.replace("'", "''").replace("\"", "\\\"") + "'";
      case "percentencode" -> percentEncoded(value);
      default ->
          throw new IllegalArgumentException(
              written + ": no such format; accepted: raw, csv, sqlstring, percentencode");
    };
  }

  /** RFC 3986: everything but letters, digits and {@code -._~} as the bytes of UTF-8. */
  private static String percentEncoded(String value) {
    StringBuilder encoded = new StringBuilder();
    for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (each & 0xff);
      boolean plain =
          character < 0x80
              && (Character.isLetterOrDigit(character) || "-._~".indexOf(character) >= 0);
      encoded.append(plain ? String.valueOf(character) : "%%%02X".formatted((int) character));
    }
    return encoded.toString();
  }

  private String withMacros(String sql) {
    return MACRO
        .matcher(sql)
        .replaceAll(
            match -> {
              List<String> arguments =
                  Arrays.stream(match.group(2).split(",", -1)).map(String::strip).toList();
              boolean aliased =
                  match.group(1).equals("__timeGroup")
                      && match.end() < sql.length()
                      && sql.charAt(match.end()) == ',';
              String name = aliased ? "__timeGroupAlias" : match.group(1);
              return Matcher.quoteReplacement(macro(name, arguments));
            });
  }

  private String macro(String name, List<String> arguments) {
    String column = arguments.get(0);
    return switch (name) {
      case "__time" -> column + " AS \"time\"";
      case "__timeEpoch" -> "extract(epoch from " + column + ") as \"time\"";
      case "__timeFilter" -> column + " BETWEEN " + literal(from) + " AND " + literal(to);
      case "__timeFrom" -> literal(from);
      case "__timeTo" -> literal(to);
      case "__timeGroup" -> {
        String seconds = seconds(name, arguments);
        yield "floor(extract(epoch from " + column + ")/" + seconds + ")*" + seconds;
      }
      case "__timeGroupAlias" -> macro("__timeGroup", arguments) + " AS \"time\"";
      case "__unixEpochFrom" -> Long.toString(from.getEpochSecond());
      case "__unixEpochTo" -> Long.toString(to.getEpochSecond());
      case "__unixEpochFilter" ->
          column + " >= " + from.getEpochSecond() + " AND " + column + " <= " + to.getEpochSecond();
      case "__unixEpochGroup" -> {
        String seconds = seconds(name, arguments);
        yield "floor((" + column + ")/" + seconds + ")*" + seconds;
      }
      case "__unixEpochGroupAlias" -> macro("__unixEpochGroup", arguments) + " AS \"time\"";
      default -> throw new IllegalArgumentException("$" + name + ": no such macro");
    };
  }

  /** RFC 3339, UTC; Java prints what Go prints but for trailing zeros of a fraction. */
  private static String literal(Instant time) {
    return "'" + time.toString().replaceFirst("(\\.\\d*?)0+Z", "$1Z") + "'";
  }

  private static String seconds(String name, List<String> arguments) {
    if (arguments.size() != 2) {
      throw new IllegalArgumentException(
          "$" + name + arguments + "; accepted: a column and an interval");
    }
    long millis = parse(arguments.get(1).replace("'", "")).toMillis();
    return millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0);
  }

  private static Duration parse(String text) {
    Matcher interval = Pattern.compile("(\\d+)(ms|[smhd])").matcher(text);
    if (!interval.matches()) {
      throw new IllegalArgumentException(
          "interval: " + text + "; accepted: a count with one of " + UNIT_MILLIS.keySet());
    }
    return Duration.ofMillis(
        Long.parseLong(interval.group(1)) * UNIT_MILLIS.get(interval.group(2)));
  }

  /** As Grafana writes it: in the largest unit that divides it. */
  private static String shortest(Duration interval) {
    long millis = interval.toMillis();
    return List.of("d", "h", "m", "s", "ms").stream()
        .filter(unit -> millis % UNIT_MILLIS.get(unit) == 0)
        .map(unit -> millis / UNIT_MILLIS.get(unit) + unit)
        .findFirst()
        .orElseThrow();
  }

  private static String first(String... candidates) {
    return Arrays.stream(candidates).filter(c -> c != null).collect(Collectors.toList()).get(0);
  }
}
