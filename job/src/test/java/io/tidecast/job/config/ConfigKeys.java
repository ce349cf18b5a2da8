package io.tidecast.job.config;

import io.tidecast.connectors.feed.Feed;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The keys that a configuration file can hold, as the records have them. */
public final class ConfigKeys {
  private ConfigKeys() {}

  /** In the order of the records; {@code NAME} stands for a name of the user's. */
  public static List<String> all() {
    return below("", JobConfig.class).toList();
  }

  /** Those of the section {@code feed}, which depend on its type. */
  public static List<String> ofFeed(Class<? extends Feed> type) {
    return below("feed", type).toList();
  }

  private static Stream<String> below(String path, Type type) {
    if (type instanceof Class<?> record && record.isRecord()) {
      return Arrays.stream(record.getRecordComponents())
          .flatMap(component -> below(path(path, component), component.getGenericType()));
    }
    if (type instanceof ParameterizedType map
        && map.getActualTypeArguments().length == 2
        && map.getActualTypeArguments()[1] instanceof Class<?> record
        && record.isRecord()) {
      return below(path + ".NAME", record);
    }
    return Stream.of(path);
  }

  private static String path(String path, RecordComponent component) {
    return path.isEmpty() ? component.getName() : path + "." + component.getName();
  }
}
