package io.tidecast.connectors.check;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How times are written, the likelier before the others. */
final class TimeFormats {
  static final List<String> DATES_AND_HOURS =
      List.of(
          "rfc3339",
          "iso",
          "yyyy-MM-dd HH:mm z",
          "yyyy-MM-dd HH:mm:ss z",
          "yyyy-MM-dd HH:mm:ss VV",
          "yyyy-MM-dd'T'HH:mm:ssXXX'['VV']'",
          "yyyy/MM/dd HH:mm:ss",
          "yyyy/MM/dd HH:mm",
          "dd.MM.yyyy HH:mm:ss",
          "dd.MM.yyyy HH:mm",
          "d.M.yyyy H:mm",
          "dd/MM/yyyy HH:mm:ss",
          "dd/MM/yyyy HH:mm",
          "MM/dd/yyyy HH:mm:ss",
          "MM/dd/yyyy HH:mm",
          "M/d/yyyy H:mm",
          "M/d/yyyy h:mm a",
          "M/d/yyyy h:mma",
          "M/d/yyyy h:mm:ss a",
          "dd.MM.yy HH:mm",
          "d/M/yy H:mm",
          "M/d/yy H:mm",
          "M/d/yy h:mm a",
          "MM/dd/yyyy hh:mm:ss a",
          "dd-MM-yyyy HH:mm:ss",
          "dd-MM-yyyy HH:mm",
          "d MMM yyyy HH:mm z",
          "dd-MMM-yyyy HH:mm",
          "dd-MMM-yyyy HH:mm:ss",
          "dd/MMM/yyyy:HH:mm:ss Z",
          "EEE MMM dd HH:mm:ss z yyyy",
          "MMM d, yyyy h:mm a",
          "MMMM d, yyyy h:mm a",
          "yyyyMMdd HH:mm:ss",
          "yyyyMMdd HH:mm",
          "yyyyMMdd'T'HHmmss",
          "yyyyMMddHHmmss",
          "yyyyMMddHHmm",
          "yyyyMMddHH",
          "EEE, d MMM yyyy HH:mm:ss z",
          "yyyy-MM-dd HH:mm*",
          "dd.MM.yyyy HH:mm*",
          "dd/MM/yyyy HH:mm*",
          "MM/dd/yyyy HH:mm*");
  static final List<String> EPOCHS =
      List.of("epoch-seconds", "epoch-millis", "epoch-micros", "epoch-nanos");
  static final List<String> DATES =
      List.of(
          "iso",
          "yyyy/MM/dd",
          "dd.MM.yyyy",
          "d.M.yyyy",
          "dd/MM/yyyy",
          "MM/dd/yyyy",
          "M/d/yyyy",
          "yyyyMMdd",
          "dd-MM-yyyy",
          "MM-dd-yyyy",
          "dd-MMM-yyyy",
          "dd.MM.yy",
          "d/M/yy",
          "M/d/yy",
          "dd-MMM-yy",
          "d MMM yyyy",
          "MMM d, yyyy",
          "MMMM d, yyyy",
          "d MMMM yyyy",
          "d. MMMM yyyy",
          "d. MMM yyyy",
          "MMMM yyyy",
          "MMM-yy",
          "MMM-yyyy",
          "MMM yyyy",
          "MM/yyyy",
          "yyyy/MM",
          "yyyyMM",
          "yyyyDDD",
          "yyyy'Q'q",
          "yyyy-'Q'q",
          "yyyy 'Q'q",
          "yyyy'M'MM",
          "yyyy");

  /** The first of them say the day. */
  static final int WHOLE_DATES = 19;

  /** Languages that names of months are looked for in, after English. */
  static final List<Locale> LANGUAGES =
      Stream.of("de", "fr", "es", "it", "pt", "nl", "pl").map(Locale::forLanguageTag).toList();

  static final List<String> HOURS =
      List.of("HH:mm:ss", "HH:mm", "H:mm", "HHmm", "h:mm a", "k", "H");

  private TimeFormats() {}
}
