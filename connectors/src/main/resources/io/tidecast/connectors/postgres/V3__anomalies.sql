-- Observations that were not to be expected, one row each: what becomes known of one later replaces
-- what was known before. Partitions by month, as those of the observations.
CREATE TABLE anomaly (
  domain text NOT NULL,
  series text NOT NULL,
  time timestamptz NOT NULL,
  value float8 NOT NULL,
  lower float8,
  median float8,
  upper float8,
  score float8 NOT NULL,
  direction text NOT NULL,
  run int NOT NULL,
  cause text NOT NULL,
  PRIMARY KEY (domain, series, time)
) PARTITION BY RANGE (time);
CREATE INDEX anomaly_time ON anomaly (domain, time);

GRANT SELECT ON anomaly TO tidecast_reader;
