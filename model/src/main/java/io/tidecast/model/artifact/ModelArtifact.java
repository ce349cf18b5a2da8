package io.tidecast.model.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.input.PhaseProducts;
import io.tidecast.model.input.Phases;
import io.tidecast.model.input.WalkSpread;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.Provenance;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A trained model as bytes: a safetensors file.
 *
 * <pre>
 * offset  length  content
 * 0       8       n, length of the header, little endian
 * 8       n       JSON: tensor name -> dtype F32, shape, offsets; "__metadata__" -> strings;
 *                 padded with spaces to a multiple of 8
 * 8 + n   rest    tensors, row-major, little endian, in the order of the header, without holes
 *
 * tensor                       shape
 * lstm.weight_ih_l{k}          [4 hidden, inputs]      names, gate order and layout of PyTorch's LSTM
 * lstm.weight_hh_l{k}          [4 hidden, hidden]
 * lstm.bias_ih_l{k}            [4 hidden]
 * lstm.bias_hh_l{k}            [4 hidden]
 *   or rnn.*, of hidden rows each                      as PyTorch's RNN with tanh
 *   or linear.{k}.weight       [hidden, inputs]        as PyTorch's Linear, followed by tanh
 *      linear.{k}.bias         [hidden]
 * head.weight                  [horizon levels, hidden]  as PyTorch's Linear
 * head.bias                    [horizon levels]
 * head.blend, head.unit        [horizon]               head.map_blend in place of head.blend where
 *                                                       forecasts begin from the highway
 * head.future_weight           [horizon levels, known]  if it reads what is known of the future
 * highway.weight               [horizon, look-back - 1]
 * highway.covariate_weight     [horizon, covariates]   if the highway reads covariates; then of
 *                                                       their changes, if it does
 * highway.phase_weight         [horizon, phases]       if it reads the phases of the seasons;
 *                                                       then of the products with them, if it does
 * highway.future_weight        [horizon, known]        if it reads what is known of the future
 * highway.spread_weight        [horizon, parts]        if it reads the parts of a walk's spread
 * highway.intercept            [horizon]
 * highway.residual             [horizon, levels]
 * highway.short.*              the same                of the map for short series, if there is one
 *
 * metadata     content
 * format       tidecast-model
 * formatVersion 2; in 1 the configuration also told of parts that were switched off
 * version      of the model
 * sha256       of config, provenance and tensors; its first 8 digits end the version
 * config       JSON of the forecaster configuration
 * provenance   JSON of the provenance
 * </pre>
 *
 * <p>There is one form per model: a file that differs from what would be written for the model in
 * it is refused, and so is every change of a byte. Reading creates numbers and strings, nothing
 * else.
 */
public final class ModelArtifact {
  static final int FORMAT_VERSION = 2;
  private static final String FIRST_FORMAT = "1";
  private static final String FORMAT = "tidecast-model";
  private static final String COVARIATE_WEIGHT = "covariate_weight";
  private static final String PHASE_WEIGHT = "phase_weight";
  private static final String FUTURE_WEIGHT = "future_weight";
  private static final String SPREAD_WEIGHT = "spread_weight";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of one linear map; there are fewer. */
  private static final long MOST_PHASES = 64;

  /** Header, configuration and provenance, and what a list of names in them adds. */
  private static final long WORDS = 1 << 16;

  private ModelArtifact() {}

  /** No model of a configuration takes more bytes. */
  public static long mostBytes(ForecasterConfig config) {
    long horizon = config.horizon();
    long levels = config.levels().size();
    long hidden = config.cell().hidden();
    long inputs = InputLayout.of(config).size();
    long gates = 4 * hidden;
    long cells =
        gates * (inputs + hidden + 2) + (config.cell().layers() - 1L) * gates * (2 * hidden + 2);
    long head = horizon * levels * (hidden + 1) + 2 * horizon;
    long known = KnownFuture.size(config);
    head += horizon * levels * known;
    long read = config.history() + config.covariates().size() + MOST_PHASES + known + levels;
    return Float.BYTES * (cells + head + 2 * horizon * read) + WORDS;
  }

  /** A model under the version that its content gives it. */
  public static ForecastModel seal(
      ForecasterConfig config,
      List<CellWeights> layers,
      HeadWeights headOrNull,
      HighwayWeights highwayOrNull,
      Provenance provenance) {
    ForecastModel unnamed =
        new ForecastModel("", config, layers, headOrNull, highwayOrNull, provenance);
    String version = version(provenance, digest(unnamed, json(config)));
    return new ForecastModel(version, config, layers, headOrNull, highwayOrNull, provenance);
  }

  private static String version(Provenance provenance, String digest) {
    return provenance.group() + "-" + provenance.sequence() + "-" + digest.substring(0, 8);
  }

  /**
   * @throws IllegalArgumentException if the model's version is not that of its content, or a weight
   *     is not finite
   */
  public static byte[] write(ForecastModel model) {
    String config = json(model.config());
    String digest = digest(model, config);
    String expected = version(model.provenance(), digest);
    if (!expected.equals(model.version())) {
      throw new IllegalArgumentException(
          "Expected version " + expected + " by content but found " + model.version());
    }
    for (Tensor tensor : tensors(model)) {
      tensor.requireFinite();
    }
    return write(model, Integer.toString(FORMAT_VERSION), config, digest);
  }

  private static byte[] write(ForecastModel model, String format, String config, String digest) {
    return Safetensors.write(
        tensors(model),
        Map.of(
            "format", FORMAT,
            "formatVersion", format,
            "version", model.version(),
            "sha256", digest,
            "config", config,
            "provenance", json(model.provenance())));
  }

  /**
   * @throws InvalidArtifactException with the reason, if the bytes are not a whole and unchanged
   *     model artifact
   */
  public static ForecastModel read(byte[] bytes) throws InvalidArtifactException {
    Safetensors file = Safetensors.read(bytes);
    ForecastModel model = model(file);
    String format = file.metadata("formatVersion");
    // what an earlier format tells of the configuration is told no more
    String config = format.equals(FIRST_FORMAT) ? file.metadata("config") : json(model.config());
    String digest = digest(model, config);
    if (!version(model.provenance(), digest).equals(model.version())) {
      throw new InvalidArtifactException(
          "damaged: the content's hash is " + digest + " but the version is " + model.version());
    }
    if (!Arrays.equals(bytes, write(model, format, config, digest))) {
      throw new InvalidArtifactException("damaged: not the form in which models are written");
    }
    return model;
  }

  /**
   * A model that was made elsewhere, as with PyTorch: the tensors and the metadata {@code format},
   * {@code formatVersion}, {@code config} and {@code provenance} as above, in any order of tensors.
   * It is named by its content as any other.
   *
   * @throws InvalidArtifactException with the reason, if the bytes are not a whole model, or one
   *     that cannot be stepped as its configuration says
   */
  public static ForecastModel importFrom(byte[] bytes) throws InvalidArtifactException {
    ForecastModel foreign = model(Safetensors.read(bytes));
    return seal(
        foreign.config(),
        foreign.layers(),
        foreign.headOrNull(),
        foreign.highwayOrNull(),
        foreign.provenance());
  }

  private static ForecastModel model(Safetensors file) throws InvalidArtifactException {
    try {
      return parsed(file);
    } catch (IllegalArgumentException | JsonProcessingException e) {
      throw new InvalidArtifactException("not a model: " + e.getMessage(), e);
    }
  }

  private static ForecastModel parsed(Safetensors file)
      throws InvalidArtifactException, JsonProcessingException {
    if (!FORMAT.equals(file.metadata("format"))) {
      throw new InvalidArtifactException(
          "foreign: expected format " + FORMAT + " but found " + file.metadata("format"));
    }
    String format = file.metadata("formatVersion");
    if (!format.equals(FIRST_FORMAT) && !format.equals(Integer.toString(FORMAT_VERSION))) {
      throw new InvalidArtifactException(
          "foreign: expected format version " + FORMAT_VERSION + " but found " + format);
    }
    ForecasterConfig config = ConfigJson.config(JSON.readTree(file.metadata("config")));
    if (config.cell().kind() == CellConfig.Kind.NONE && file.has("head.weight")) {
      throw new InvalidArtifactException("damaged: a head but no cell");
    }
    return new ForecastModel(
        file.metadata("version"),
        config,
        file.has("head.weight") ? CellTensors.read(file, config) : List.of(),
        head(file, config).orElse(null),
        highway(file, config).orElse(null),
        ConfigJson.provenance(JSON.readTree(file.metadata("provenance"))));
  }

  private static Optional<HeadWeights> head(Safetensors file, ForecasterConfig config)
      throws InvalidArtifactException {
    if (!file.has("head.weight")) {
      return Optional.empty();
    }
    int horizon = config.horizon();
    int levels = config.levels().size();
    int hidden = config.cell().hidden();
    boolean onMap = file.has(blend(true));
    if (onMap && !file.has("highway.weight")) {
      throw new InvalidArtifactException("damaged: a head on a highway that is not there");
    }
    return Optional.of(
        new HeadWeights(
            horizon,
            levels,
            hidden,
            file.tensor("head.weight", horizon * levels, hidden).values(),
            file.tensor("head.bias", horizon * levels).values(),
            file.tensor(blend(onMap), horizon).values(),
            file.tensor("head.unit", horizon).values(),
            optional(file, "head." + FUTURE_WEIGHT, horizon * levels, KnownFuture.size(config)),
            onMap));
  }

  private static String blend(boolean onMap) {
    return onMap ? "head.map_blend" : "head.blend";
  }

  private static Optional<HighwayWeights> highway(Safetensors file, ForecasterConfig config)
      throws InvalidArtifactException {
    if (!file.has("highway.weight")) {
      return Optional.empty();
    }
    HighwayWeights map = map(file, "highway.", config);
    return Optional.of(
        file.has("highway.short.weight") ? map.with(map(file, "highway.short.", config)) : map);
  }

  private static HighwayWeights map(Safetensors file, String prefix, ForecasterConfig config)
      throws InvalidArtifactException {
    int horizon = config.horizon();
    int levels = config.levels().size();
    Tensor weight = file.tensor(prefix + "weight", horizon, -1);
    int lookBack = weight.shape()[1] + 1;
    if (lookBack > config.history()) {
      throw new InvalidArtifactException(
          "damaged: the highway reads "
              + lookBack
              + " values but a series keeps "
              + config.history());
    }
    return new HighwayWeights(
        horizon,
        lookBack,
        levels,
        weight.values(),
        covariateWeight(file, prefix + COVARIATE_WEIGHT, config),
        phaseWeight(file, prefix + PHASE_WEIGHT, config, lookBack),
        optional(file, prefix + FUTURE_WEIGHT, horizon, KnownFuture.size(config)),
        optional(file, prefix + SPREAD_WEIGHT, horizon, WalkSpread.size(config)),
        file.tensor(prefix + "intercept", horizon).values(),
        file.tensor(prefix + "residual", horizon, levels).values(),
        List.of());
  }

  /** Of the levels of covariates, or of these and their changes. */
  private static float[] covariateWeight(Safetensors file, String name, ForecasterConfig config)
      throws InvalidArtifactException {
    int levels = config.covariates().size();
    boolean changes = file.has(name) && file.tensor(name, config.horizon(), -1).shape()[1] > levels;
    return optional(file, name, config.horizon(), changes ? 2 * levels : levels);
  }

  /** Of the phases, or of these and the products with them. */
  private static float[] phaseWeight(
      Safetensors file, String name, ForecasterConfig config, int lookBack)
      throws InvalidArtifactException {
    int phases = new Phases(config).size();
    PhaseProducts products = new PhaseProducts(config);
    boolean has =
        products.fits(lookBack)
            && file.has(name)
            && file.tensor(name, config.horizon(), -1).shape()[1] > phases;
    return optional(file, name, config.horizon(), has ? phases + products.size() : phases);
  }

  private static float[] optional(Safetensors file, String name, int rows, int columns)
      throws InvalidArtifactException {
    return file.has(name) ? file.tensor(name, rows, columns).values() : new float[0];
  }

  private static List<Tensor> tensors(ForecastModel model) {
    List<Tensor> tensors = new ArrayList<>();
    for (int k = 0; k < model.layers().size(); k++) {
      tensors.addAll(CellTensors.of(model.layers().get(k), k));
    }
    model
        .head()
        .ifPresent(
            head -> {
              int outputs = head.horizon() * head.levels();
              tensors.add(new Tensor("head.weight", head.weight(), outputs, head.hidden()));
              tensors.add(new Tensor("head.bias", head.bias(), outputs));
              tensors.add(new Tensor(blend(head.onMap()), head.blend(), head.horizon()));
              tensors.add(new Tensor("head.unit", head.unit(), head.horizon()));
              if (head.known() > 0) {
                tensors.add(
                    new Tensor(
                        "head." + FUTURE_WEIGHT, head.futureWeight(), outputs, head.known()));
              }
            });
    model
        .highway()
        .ifPresent(
            highway -> {
              addMap(tensors, "highway.", highway);
              highway.shorter().forEach(shorter -> addMap(tensors, "highway.short.", shorter));
            });
    return tensors;
  }

  private static void addMap(List<Tensor> tensors, String prefix, HighwayWeights map) {
    int horizon = map.horizon();
    tensors.add(new Tensor(prefix + "weight", map.weight(), horizon, map.lookBack() - 1));
    if (map.covariates() > 0) {
      tensors.add(
          new Tensor(prefix + COVARIATE_WEIGHT, map.covariateWeight(), horizon, map.covariates()));
    }
    if (map.phases() > 0) {
      tensors.add(new Tensor(prefix + PHASE_WEIGHT, map.phaseWeight(), horizon, map.phases()));
    }
    if (map.known() > 0) {
      tensors.add(new Tensor(prefix + FUTURE_WEIGHT, map.futureWeight(), horizon, map.known()));
    }
    if (map.spreads() > 0) {
      tensors.add(new Tensor(prefix + SPREAD_WEIGHT, map.spreadWeight(), horizon, map.spreads()));
    }
    tensors.add(new Tensor(prefix + "intercept", map.intercept(), horizon));
    tensors.add(new Tensor(prefix + "residual", map.residual(), horizon, map.levels()));
  }

  private static String digest(ForecastModel model, String config) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(config.getBytes(StandardCharsets.UTF_8));
      digest.update(json(model.provenance()).getBytes(StandardCharsets.UTF_8));
      for (Tensor tensor : tensors(model)) {
        digest.update(tensor.header().getBytes(StandardCharsets.UTF_8));
        ByteBuffer data =
            ByteBuffer.allocate(Float.BYTES * tensor.values().length)
                .order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(tensor.values());
        digest.update(data);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String json(ForecasterConfig config) {
    return ConfigJson.json(config).toString();
  }

  private static String json(Provenance provenance) {
    return ConfigJson.json(provenance).toString();
  }
}
