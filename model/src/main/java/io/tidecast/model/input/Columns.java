package io.tidecast.model.input;

import io.tidecast.model.Calendar;
import io.tidecast.model.ForecasterConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * What the columns of weights stand for, by name: with the same seasons and transform a model that
 * reads less finds its own columns among those of one that reads more.
 */
public final class Columns {
  private Columns() {}

  /** Of the first layer's weights: the inputs, see {@link SeriesInputs}. */
  public static List<String> ofInputs(ForecasterConfig config) {
    List<String> names = numbered("own", InputLayout.of(config).covariateLevel(0));
    for (String covariate : config.covariates()) {
      names.addAll(numbered(covariate, InputLayout.OF_COVARIATE));
    }
    names.addAll(ofCalendar(config));
    return names;
  }

  /**
   * Of the covariates that the linear maps read.
   *
   * @param changes whether they read their changes as well
   */
  public static List<String> ofCovariates(ForecasterConfig config, boolean changes) {
    List<String> names = new ArrayList<>(config.covariates());
    for (int k = 0; changes && k < config.covariates().size(); k++) {
      names.add("change of " + config.covariates().get(k));
    }
    return names;
  }

  /**
   * Of the phases that the linear maps read.
   *
   * @param products whether they read products with them as well
   */
  public static List<String> ofPhases(ForecasterConfig config, boolean products) {
    List<String> calendar = ofCalendar(config);
    List<String> names = numbered("season", new Phases(config).size() - calendar.size());
    names.addAll(calendar);
    if (products) {
      names.addAll(ofProducts(config));
    }
    return names;
  }

  private static List<String> ofProducts(ForecasterConfig config) {
    PhaseProducts products = new PhaseProducts(config);
    List<String> values = numbered("value", products.lags().length);
    values.addAll(config.covariates());
    List<String> names = new ArrayList<>();
    for (int i = 0; i < products.size(); i++) {
      names.add(values.get(products.valueOf(i)) + " by phase " + products.phaseOf(i));
    }
    return names;
  }

  /** Of what is known beforehand of a target. */
  public static List<String> ofKnown(ForecasterConfig config) {
    List<String> names = ofFeatures(config.calendar(), "");
    if (!config.calendar().holidays().isEmpty()) {
      names.addAll(numbered("holiday", KnownFuture.OF_HOLIDAYS));
    }
    for (String variable : config.knownFuture()) {
      names.addAll(numbered(variable, KnownFuture.OF_VARIABLE));
    }
    return names;
  }

  private static List<String> ofCalendar(ForecasterConfig config) {
    List<String> names = ofFeatures(config.calendar(), " at the first lead");
    if (config.horizon() > 1) {
      names.addAll(ofFeatures(config.calendar(), " at the last"));
    }
    return names;
  }

  private static List<String> ofFeatures(Calendar calendar, String where) {
    List<String> names = new ArrayList<>();
    calendar.features().forEach(feature -> names.addAll(numbered(feature + where, 2)));
    return names;
  }

  private static List<String> numbered(String name, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(name + " " + i);
    }
    return names;
  }
}
