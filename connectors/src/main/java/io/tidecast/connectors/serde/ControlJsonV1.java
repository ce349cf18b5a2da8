package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.ControlRecord;
import java.time.Instant;
import java.util.Locale;

/**
 * Bytes of {@code <domain>.control.v1}: one field per component of {@link ControlRecord}, in its
 * order and under its name; the action in lower case, the time in RFC 3339 (UTC) or null, the
 * artifact in base64 or null.
 */
public final class ControlJsonV1 {
  private ControlJsonV1() {}

  /** As it stands in the topic. */
  private record Stored(
      String group,
      String action,
      Instant notBefore,
      String version,
      boolean force,
      byte[] artifact) {}

  public static byte[] write(ControlRecord record) {
    return JsonWriting.object(
        json -> {
          json.writeStringField("group", record.group());
          json.writeStringField("action", name(record.action()));
          json.writeStringField(
              "notBefore", record.notBefore() == null ? null : record.notBefore().toString());
          json.writeStringField("version", record.version());
          json.writeBooleanField("force", record.force());
          json.writeFieldName("artifact");
          if (record.artifact().length == 0) {
            json.writeNull();
          } else {
            json.writeBinary(record.artifact());
          }
        });
  }

  private static String name(ControlRecord.Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static ControlRecord read(byte[] bytes) {
    Stored stored = JsonReading.object(Stored.class, bytes);
    return new ControlRecord(
        stored.group(),
        action(stored.action()),
        stored.notBefore(),
        stored.version(),
        stored.force(),
        stored.artifact());
  }

  private static ControlRecord.Action action(String name) {
    for (ControlRecord.Action action : ControlRecord.Action.values()) {
      if (name(action).equals(name)) {
        return action;
      }
    }
    throw new IllegalArgumentException(
        "action: " + name + "; accepted: retrain, promote, rollback");
  }
}
