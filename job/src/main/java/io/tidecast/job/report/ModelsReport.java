package io.tidecast.job.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.job.Registry;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.Provenance;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What {@code models} prints: words for people, or one JSON object per line. */
public final class ModelsReport {
  private static final JsonMapper JSON = new JsonMapper();

  private final PrintWriter out;
  private final boolean json;

  /**
   * @param json whether for programs
   */
  public ModelsReport(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  private void line(ObjectNode fields, String words) {
    out.println(json ? fields.toString() : words);
  }

  private static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** The versions of a group, and its last decision. */
  public void group(String group, Registry registry) {
    List<ModelRecord> versions = registry.versions(group);
    String serves = registry.last(group).map(ModelRecord::version).orElse("");
    line(
        object().put("group", group).put("serves", serves).put("versions", versions.size()),
        group + ": " + (serves.isEmpty() ? "no model serves" : serves + " serves"));
    for (ModelRecord version : versions) {
      line(
          outline(version).put("serves", version.version().equals(serves)),
          String.format(
              Locale.ROOT,
              "  %s %s  %s at %s  pinball %s",
              version.version().equals(serves) ? "*" : " ",
              version.version(),
              version.decision(),
              version.boundary(),
              loss(version.pinball())));
    }
    registry.last(group).ifPresent(this::decision);
  }

  public void decision(ModelRecord record) {
    line(
        outline(record),
        String.format(
            Locale.ROOT,
            "  %s  %s, from %s on %s: %s",
            record.boundary(),
            record.decision(),
            record.validFrom(),
            record.version().isEmpty() ? "no model" : record.version(),
            record.reason()
                + (record.dataFrom() == null ? "" : System.lineSeparator() + basis(record))));
  }

  private static String basis(ModelRecord record) {
    return String.format(
        Locale.ROOT,
        "    on %d windows of %d series, %s to %s, %d of %d values left out%s",
        record.windows(),
        record.series(),
        record.dataFrom(),
        record.dataTo(),
        record.leftOut(),
        record.observed(),
        record.seconds() == null
            ? ""
            : String.format(Locale.ROOT, ", in %.1f s", record.seconds()));
  }

  private static ObjectNode outline(ModelRecord record) {
    return object()
        .put("group", record.group())
        .put("boundary", record.boundary().toString())
        .put("validFrom", record.validFrom().toString())
        .put("decision", record.decision())
        .put("version", record.version())
        .put("parent", record.parent())
        .put("reason", record.reason())
        .put("windows", record.windows())
        .put("series", record.series())
        .put("dataFrom", record.dataFrom() == null ? null : record.dataFrom().toString())
        .put("dataTo", record.dataTo() == null ? null : record.dataTo().toString())
        .put("observed", record.observed())
        .put("leftOut", record.leftOut())
        .put("seconds", record.seconds())
        .put("pinball", record.pinball())
        .put("championPinball", record.championPinball())
        .put("naivePinball", record.naivePinball());
  }

  /** A version and where it comes from. */
  public void version(ModelRecord record, ForecastModel model) {
    Provenance from = model.provenance();
    line(
        outline(record)
            .put("bytes", record.artifact().length)
            .put("sequence", from.sequence())
            .put("trainedFrom", from.firstStep())
            .put("trainedTo", from.lastStep())
            .put("trainedWindows", from.windows())
            .put("trainedSeries", from.series())
            .put("codeVersion", from.codeVersion()),
        String.format(
            Locale.ROOT,
            "%s: %d bytes, %s %s, horizon %d%n"
                + "  trained on %d windows of %d series, steps %d to %d, by version %s%n"
                + "  warm started from %s",
            record.version(),
            record.artifact().length,
            model.config().cell().kind(),
            model.config().cell().hidden() + " x " + model.config().cell().layers(),
            model.config().horizon(),
            from.windows(),
            from.series(),
            from.firstStep(),
            from.lastStep(),
            from.codeVersion(),
            from.parent().isEmpty() ? "nothing" : from.parent()));
    if (!json) {
      decision(record);
    }
  }

  /** What the job has been asked. */
  public void asked(ControlRecord record) {
    String action = record.action().name().toLowerCase(Locale.ROOT);
    line(
        object()
            .put("group", record.group())
            .put("asked", action)
            .put("version", record.version())
            .put("force", record.force())
            .put("notBefore", record.notBefore() == null ? null : record.notBefore().toString()),
        String.format(
            Locale.ROOT,
            "asked to %s %s%s; decided at %s, see models show %s",
            action,
            record.version().isEmpty() ? record.group() : record.version(),
            record.force() ? " without asking the gate" : "",
            record.notBefore() == null
                ? "the next boundary of the group"
                : "the boundary " + record.notBefore() + " or the next one after",
            record.group()));
  }

  public void written(String version, Path file) {
    line(
        object().put("version", version).put("file", file.toString()),
        version + "  written to " + file);
  }

  private static String loss(Double pinball) {
    return pinball == null ? "-" : String.format(Locale.ROOT, "%.4f", pinball);
  }
}
