package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.configuration.StateLatencyTrackOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.StateSizeTrackOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * Settings of Flink that can be known. A file's {@code flink} section is passed on as it is, to
 * Flink, to its plugins and file systems, whose keys nobody can list; but a key under a root that
 * is Flink's own is one of Flink's, and its value is one that Flink reads.
 */
final class FlinkKeys {
  private static final Map<String, ConfigOption<?>> KNOWN = known();

  /** Roots under which Flink alone has keys, all of which are known here. */
  private static final Set<String> CLOSED_ROOTS =
      Set.of("execution", "parallelism", "pipeline", "restart-strategy", "heartbeat");

  /** Flink would find out late that these are no addresses, and in other words. */
  private static final Set<String> ADDRESSES =
      Set.of(
          CheckpointingOptions.CHECKPOINTS_DIRECTORY.key(),
          CheckpointingOptions.SAVEPOINT_DIRECTORY.key(),
          HighAvailabilityOptions.HA_STORAGE_PATH.key());

  private FlinkKeys() {}

  static void check(Map<String, String> settings) {
    Configuration flink = Configuration.fromMap(settings);
    settings.forEach(
        (key, value) -> {
          ConfigOption<?> option = KNOWN.get(key);
          that(
              option != null || !CLOSED_ROOTS.contains(root(key)),
              "flink." + key,
              "unknown key",
              near(key));
          that(option == null || reads(flink, option), "flink." + key, value, words(option));
          that(
              !ADDRESSES.contains(key) || value.contains(":/"),
              "flink." + key,
              value,
              "an address, such as file:///var/lib/tidecast or s3://bucket/path");
        });
  }

  private static String root(String key) {
    return key.replaceFirst("[.:].*", "");
  }

  private static String near(String key) {
    return KNOWN.keySet().stream()
        .filter(known -> root(known).equals(root(key)))
        .collect(Collectors.joining(", "));
  }

  private static boolean reads(Configuration flink, ConfigOption<?> option) {
    try {
      flink.getOptional(option);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String words(ConfigOption<?> option) {
    return option != null && option.hasDefaultValue()
        ? "as Flink writes it, such as " + option.defaultValue()
        : "as Flink writes it";
  }

  private static Map<String, ConfigOption<?>> known() {
    Map<String, ConfigOption<?>> known = new TreeMap<>();
    Stream.of(
            BlobServerOptions.class,
            CheckpointingOptions.class,
            ClusterOptions.class,
            CoreOptions.class,
            DeploymentOptions.class,
            ExecutionOptions.class,
            HeartbeatManagerOptions.class,
            HighAvailabilityOptions.class,
            JobManagerOptions.class,
            NettyShuffleEnvironmentOptions.class,
            PipelineOptions.class,
            ResourceManagerOptions.class,
            RestOptions.class,
            RestartStrategyOptions.class,
            StateBackendOptions.class,
            StateChangelogOptions.class,
            StateLatencyTrackOptions.class,
            StateRecoveryOptions.class,
            StateSizeTrackOptions.class,
            TaskManagerOptions.class)
        .flatMap(type -> Stream.of(type.getFields()))
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .filter(field -> field.getType() == ConfigOption.class)
        .map(FlinkKeys::option)
        .forEach(
            option -> {
              known.put(option.key(), option);
              for (FallbackKey key : option.fallbackKeys()) {
                known.put(key.getKey(), option);
              }
            });
    return known;
  }

  private static ConfigOption<?> option(Field field) {
    try {
      return (ConfigOption<?>) field.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("public field of Flink: " + field, e);
    }
  }
}
