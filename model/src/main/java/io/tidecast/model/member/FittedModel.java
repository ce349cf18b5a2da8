package io.tidecast.model.member;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.Columns;
import io.tidecast.model.input.Phases;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.FeedForwardWeights;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.LstmWeights;
import io.tidecast.model.weights.RnnWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The weights of a model as a configuration that differs from its own serves them: the rows of
 * later leads are left out, and what the model does not read has weights of zero. It forecasts, to
 * the bit, what it would under its own configuration.
 */
final class FittedModel {
  private final ForecasterConfig trained;
  private final ForecasterConfig config;

  private FittedModel(ForecasterConfig trained, ForecasterConfig config) {
    this.trained = trained;
    this.config = config;
  }

  /**
   * The model itself, if it was trained for the configuration.
   *
   * @throws IllegalArgumentException with the reason, if it cannot serve under it
   */
  static ForecastModel of(ForecastModel model, ForecasterConfig config) {
    if (config.sharesWeightsWith(model.config())) {
      return model;
    }
    config
        .hindrance(model.config())
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(model.version() + ": " + reason);
            });
    return new FittedModel(model.config(), config).fit(model);
  }

  private ForecastModel fit(ForecastModel model) {
    List<CellWeights> layers = new ArrayList<>(model.layers());
    if (!layers.isEmpty()) {
      layers.set(0, fit(layers.get(0)));
    }
    return new ForecastModel(
        model.version(),
        config,
        layers,
        model.head().map(this::fit).orElse(null),
        model.highway().map(this::fit).orElse(null),
        model.provenance());
  }

  private CellWeights fit(CellWeights first) {
    List<String> from = Columns.ofInputs(trained);
    List<String> to = Columns.ofInputs(config);
    if (first instanceof LstmWeights lstm) {
      return new LstmWeights(
          to.size(),
          lstm.hidden(),
          columns(lstm.weightIh(), from, to),
          lstm.weightHh(),
          lstm.biasIh(),
          lstm.biasHh());
    }
    if (first instanceof RnnWeights rnn) {
      return new RnnWeights(
          to.size(),
          rnn.hidden(),
          columns(rnn.weightIh(), from, to),
          rnn.weightHh(),
          rnn.biasIh(),
          rnn.biasHh());
    }
    FeedForwardWeights linear = (FeedForwardWeights) first;
    return new FeedForwardWeights(
        to.size(), linear.hidden(), columns(linear.weight(), from, to), linear.bias());
  }

  private HeadWeights fit(HeadWeights head) {
    return new HeadWeights(
        config.horizon(),
        head.levels(),
        head.hidden(),
        leads(head.weight()),
        leads(head.bias()),
        leads(head.blend()),
        leads(head.unit()),
        columns(leads(head.futureWeight()), Columns.ofKnown(trained), Columns.ofKnown(config)),
        head.onMap());
  }

  private HighwayWeights fit(HighwayWeights map) {
    return new HighwayWeights(
        config.horizon(),
        map.lookBack(),
        map.levels(),
        leads(map.weight()),
        covariates(map),
        phases(map),
        columns(leads(map.futureWeight()), Columns.ofKnown(trained), Columns.ofKnown(config)),
        leads(map.spreadWeight()),
        leads(map.intercept()),
        leads(map.residual()),
        map.shorter().stream().map(this::fit).toList());
  }

  private float[] covariates(HighwayWeights map) {
    boolean changes = map.covariates() > trained.covariates().size();
    return columns(
        leads(map.covariateWeight()),
        Columns.ofCovariates(trained, changes),
        Columns.ofCovariates(config, changes));
  }

  private float[] phases(HighwayWeights map) {
    boolean products = map.phases() > new Phases(trained).size();
    return columns(
        leads(map.phaseWeight()),
        Columns.ofPhases(trained, products),
        Columns.ofPhases(config, products));
  }

  /** The first rows, of a tensor that has as many for each lead. */
  private float[] leads(float[] tensor) {
    return Arrays.copyOf(tensor, tensor.length / trained.horizon() * config.horizon());
  }

  private static float[] columns(float[] tensor, List<String> from, List<String> to) {
    if (tensor.length == 0 || from.equals(to)) {
      return tensor;
    }
    int rows = tensor.length / from.size();
    float[] wider = new float[rows * to.size()];
    for (int column = 0; column < from.size(); column++) {
      int at = to.indexOf(from.get(column));
      for (int row = 0; row < rows; row++) {
        wider[row * to.size() + at] = tensor[row * from.size() + column];
      }
    }
    return wider;
  }
}
