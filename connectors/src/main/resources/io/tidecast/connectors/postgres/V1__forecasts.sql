-- The tables behind the dashboards and the live page. Everything is keyed by the name of the series,
-- as on the topics, so that every row can be written again without harm and nothing has to be
-- looked up to write it.

-- The unfolding of arrays lies in functions of one expression, which PostgreSQL inlines.

CREATE FUNCTION quantile(levels float8[], quantiles real[], level float8, lead int) RETURNS real
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN quantiles[array_position(levels, level)][lead];

CREATE FUNCTION of_interval(levels float8[], per_interval real[], coverage float8, lead int)
RETURNS real
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN per_interval[array_position(levels, round(((1 - coverage) / 2)::numeric, 6)::float8)][lead];

-- Values of every variable of every stream.
CREATE TABLE observation (
  series text NOT NULL,
  time timestamptz NOT NULL,
  value float8 NOT NULL,
  PRIMARY KEY (series, time)
) PARTITION BY RANGE (time);

-- Every forecast: one row whatever the horizon, quantiles[level][lead].
CREATE TABLE forecast (
  series text NOT NULL,
  origin timestamptz NOT NULL,
  step interval NOT NULL,
  levels float8[] NOT NULL,
  quantiles real[] NOT NULL,
  model text NOT NULL,
  quality text NOT NULL,
  PRIMARY KEY (series, origin)
) PARTITION BY RANGE (origin);
ALTER TABLE forecast ALTER COLUMN quantiles SET STORAGE EXTERNAL;

-- The newest forecast of each series. Half of each page is left free: an update stays on its page
-- and touches no index.
CREATE TABLE forecast_latest (
  series text PRIMARY KEY,
  origin timestamptz NOT NULL,
  step interval NOT NULL,
  levels float8[] NOT NULL,
  quantiles real[] NOT NULL,
  model text NOT NULL,
  quality text NOT NULL,
  written timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE forecast_latest ALTER COLUMN quantiles SET STORAGE EXTERNAL;

-- Errors of past forecasts over the targets of one period: counts and sums by lead, so that any set
-- of rows adds up, and the sums over all leads for questions about many series. The intervals are
-- widest first: inside[interval][lead]; interval i lies between levels i and n + 1 - i.
CREATE TABLE evaluation (
  series text NOT NULL,
  time timestamptz NOT NULL,
  model text NOT NULL,
  period interval NOT NULL,
  step interval NOT NULL,
  levels float8[] NOT NULL,
  total_count bigint NOT NULL,
  total_absolute_error float8 NOT NULL,
  total_pinball float8 NOT NULL,
  total_inside real[] NOT NULL,
  total_naive_absolute_error float8 NOT NULL,
  total_naive_pinball float8 NOT NULL,
  total_persistence_absolute_error float8 NOT NULL,
  count int[] NOT NULL,
  absolute_error real[] NOT NULL,
  squared_error real[] NOT NULL,
  pinball real[] NOT NULL,
  inside real[] NOT NULL,
  width real[] NOT NULL,
  naive_absolute_error real[] NOT NULL,
  naive_pinball real[] NOT NULL,
  persistence_absolute_error real[] NOT NULL,
  PRIMARY KEY (series, time, model)
) PARTITION BY RANGE (time);
CREATE INDEX evaluation_time ON evaluation USING brin (time) WITH (pages_per_range = 16);

-- Decisions of the retraining.
CREATE TABLE model_event (
  model_group text NOT NULL,
  boundary timestamptz NOT NULL,
  valid_from timestamptz NOT NULL,
  decision text NOT NULL,
  version text NOT NULL,
  parent text NOT NULL,
  reason text NOT NULL,
  windows int NOT NULL,
  series int NOT NULL,
  pinball float8,
  champion_pinball float8,
  naive_pinball float8,
  PRIMARY KEY (model_group, boundary)
);

-- The series there are, with what is known of each from its newest forecast. A version is
-- <group>-<sequence>-<hash>; before a model has served, the group is the variable, its default.
CREATE VIEW series AS
SELECT
  series,
  left(series, -length(variable) - 1) AS stream,
  variable,
  coalesce(substring(model FROM '^(.+)-[0-9]+-[0-9a-f]{8}$'), variable) AS model_group,
  origin,
  step,
  array_length(quantiles, 2) AS horizon,
  model,
  quality,
  written
FROM (
  SELECT *, substring(series FROM '[^/]*$') AS variable FROM forecast_latest
) AS latest;

-- One row per series, origin and lead.
CREATE VIEW forecast_point AS
SELECT
  f.series,
  f.origin,
  lead,
  f.origin + lead * f.step AS time,
  quantile(f.levels, f.quantiles, 0.5, lead) AS median,
  quantile(f.levels, f.quantiles, 0.05, lead) AS lower_90,
  quantile(f.levels, f.quantiles, 0.95, lead) AS upper_90,
  quantile(f.levels, f.quantiles, 0.1, lead) AS lower_80,
  quantile(f.levels, f.quantiles, 0.9, lead) AS upper_80,
  quantile(f.levels, f.quantiles, 0.25, lead) AS lower_50,
  quantile(f.levels, f.quantiles, 0.75, lead) AS upper_50,
  f.model,
  f.quality
FROM forecast AS f
CROSS JOIN LATERAL generate_series(1, array_length(f.quantiles, 2)) AS lead;

-- One row per series, period, model and lead; counts and sums, in double precision, as a sum of
-- single precision numbers would be one.
CREATE VIEW accuracy AS
SELECT
  e.series,
  e.time,
  e.period,
  e.model,
  lead,
  lead * e.step AS lead_time,
  e.count[lead] AS count,
  e.absolute_error[lead]::float8 AS absolute_error,
  e.squared_error[lead]::float8 AS squared_error,
  e.pinball[lead]::float8 AS pinball,
  of_interval(e.levels, e.inside, 0.9, lead)::float8 AS inside_90,
  of_interval(e.levels, e.inside, 0.8, lead)::float8 AS inside_80,
  of_interval(e.levels, e.inside, 0.5, lead)::float8 AS inside_50,
  of_interval(e.levels, e.width, 0.9, lead)::float8 AS width_90,
  of_interval(e.levels, e.width, 0.8, lead)::float8 AS width_80,
  of_interval(e.levels, e.width, 0.5, lead)::float8 AS width_50,
  e.naive_absolute_error[lead]::float8 AS naive_absolute_error,
  e.naive_pinball[lead]::float8 AS naive_pinball,
  e.persistence_absolute_error[lead]::float8 AS persistence_absolute_error
FROM evaluation AS e
CROSS JOIN LATERAL generate_series(1, cardinality(e.count)) AS lead;

-- The same over all leads: one row per series, period and model, without unfolding.
CREATE VIEW accuracy_total AS
SELECT
  series,
  substring(series FROM '[^/]*$') AS variable,
  time,
  period,
  model,
  total_count AS count,
  total_absolute_error AS absolute_error,
  total_pinball AS pinball,
  total_inside[array_position(levels, 0.05)]::float8 AS inside_90,
  total_inside[array_position(levels, 0.1)]::float8 AS inside_80,
  total_inside[array_position(levels, 0.25)]::float8 AS inside_50,
  total_naive_absolute_error AS naive_absolute_error,
  total_naive_pinball AS naive_pinball,
  total_persistence_absolute_error AS persistence_absolute_error
FROM evaluation;

-- Limits a person has set: an alert tells when a forecast crosses one. Empty until then.
CREATE TABLE alert_limit (
  variable text PRIMARY KEY,
  lower float8,
  upper float8
);

-- Makes the partition of a table that holds a moment: forecasts by day, observations and
-- evaluations by month. When it makes one, it drops those that are older than the newest by more
-- than the retention (null: none). Returns false, and makes nothing, if the moment itself is out of
-- retention. A dropped table needs a moment without readers: if there is none, it goes next time.
CREATE FUNCTION open_partition(parent text, moment timestamptz, retention interval)
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  unit text := CASE parent WHEN 'forecast' THEN 'day' ELSE 'month' END;
  first timestamptz := date_trunc(unit, moment, 'UTC');
  beyond timestamptz := first + ('1 ' || unit)::interval;
  child text := parent || '_' || to_char(first AT TIME ZONE 'UTC', 'YYYYMMDD');
  newest timestamptz;
  old record;
BEGIN
  PERFORM set_config('TimeZone', 'UTC', true);
  PERFORM pg_advisory_xact_lock(hashtext('open_partition ' || parent));
  SELECT max(to_timestamp(right(inhrelid::regclass::text, 8), 'YYYYMMDD')) INTO newest
  FROM pg_inherits WHERE inhparent = parent::regclass;
  IF beyond <= newest - retention THEN
    RETURN false;
  END IF;
  IF to_regclass(child) IS NOT NULL THEN
    RETURN true;
  END IF;
  -- made apart and then attached, which unlike PARTITION OF blocks no reader
  EXECUTE format(
    'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING STORAGE)', child, parent);
  EXECUTE format(
    'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
    parent, child, first, beyond);
  FOR old IN
    SELECT inhrelid::regclass AS name FROM pg_inherits
    WHERE inhparent = parent::regclass
      AND to_timestamp(right(inhrelid::regclass::text, 8), 'YYYYMMDD')
        + ('1 ' || unit)::interval <= greatest(newest, first) - retention
  LOOP
    BEGIN
      SET LOCAL lock_timeout = '2s';
      EXECUTE format('DROP TABLE %s', old.name);
    EXCEPTION WHEN lock_not_available THEN
      RAISE NOTICE 'partition % is in use and stays until the next one is made', old.name;
    END;
  END LOOP;
  RETURN true;
END
$$;

-- The role of dashboards and page: reads, and not for long. It can log in once it is given a
-- password, from outside this file.
DO $$
BEGIN
  CREATE ROLE tidecast_reader NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- roles belong to the server: another database of it has made this one
END
$$;
ALTER ROLE tidecast_reader SET default_transaction_read_only = on;
ALTER ROLE tidecast_reader SET statement_timeout = '15s';
GRANT USAGE ON SCHEMA public TO tidecast_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO tidecast_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO tidecast_reader;
REVOKE ALL ON FUNCTION open_partition FROM PUBLIC;
