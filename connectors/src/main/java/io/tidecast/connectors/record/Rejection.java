package io.tidecast.connectors.record;

import java.time.Instant;

/**
 * Why a record was refused. Refused records are data: they go to the dead-letter topic with their
 * reason and are counted by it. The codes are public: header values and metric names.
 */
public sealed interface Rejection {

  /** Stable, lower case, with hyphens. */
  String code();

  /** For a person: what was expected, what came. */
  String detail();

  /** Not a JSON object of the known shape. */
  record Malformed(String detail) implements Rejection {
    @Override
    public String code() {
      return "malformed";
    }
  }

  /** A {@code type} this version does not know. */
  record UnknownType(String type) implements Rejection {
    @Override
    public String code() {
      return "unknown-type";
    }

    @Override
    public String detail() {
      return "type '" + type + "'; accepted: observation, bar";
    }
  }

  /** The stream is absent or no name. */
  record NoStream(String detail) implements Rejection {
    @Override
    public String code() {
      return "no-stream";
    }
  }

  /** The time is absent or not one of the accepted forms. */
  record NoTime(String detail) implements Rejection {
    @Override
    public String code() {
      return "no-time";
    }
  }

  /** None of the variables that are asked for, so nothing would become of it. */
  record NoVariable(String names) implements Rejection {
    @Override
    public String code() {
      return "no-variable";
    }

    @Override
    public String detail() {
      return "no configured variable among " + names;
    }
  }

  /** A value is neither a number, nor a decimal as text, nor null. */
  record NotNumeric(String detail) implements Rejection {
    public NotNumeric(String variable, String text) {
      this(variable + ": '" + text + "'; accepted: a number, a decimal as text, or null");
    }

    @Override
    public String code() {
      return "not-numeric";
    }
  }

  /** A value is NaN, infinite, or beyond single precision. */
  record NonFinite(String variable, double value) implements Rejection {
    @Override
    public String code() {
      return "non-finite";
    }

    @Override
    public String detail() {
      return variable + ": " + value + "; accepted: finite as a float";
    }
  }

  /** The event time lies further ahead of the broker's append time than is accepted. */
  record TooFarAhead(Instant time, Instant appended) implements Rejection {
    @Override
    public String code() {
      return "too-far-ahead";
    }

    @Override
    public String detail() {
      return "time " + time + " but appended at " + appended;
    }
  }
}
