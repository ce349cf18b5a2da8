-- Rows of several domains side by side, filters on columns with an index, names of any character,
-- and retention that no record can move into the future. Rows of before belong to the domain whose
-- store job brings the schema up to date. Adding the stored columns writes `evaluation` and
-- `forecast_latest` once more: with a large history that takes as long as copying it.

ALTER TABLE observation ADD COLUMN domain text NOT NULL DEFAULT '${domain}';
ALTER TABLE observation ALTER COLUMN domain DROP DEFAULT;
ALTER TABLE observation DROP CONSTRAINT observation_pkey;
ALTER TABLE observation ADD PRIMARY KEY (domain, series, time);

ALTER TABLE forecast ADD COLUMN domain text NOT NULL DEFAULT '${domain}';
ALTER TABLE forecast ALTER COLUMN domain DROP DEFAULT;
ALTER TABLE forecast DROP CONSTRAINT forecast_pkey;
ALTER TABLE forecast ADD PRIMARY KEY (domain, series, origin);

DROP VIEW series, forecast_point, accuracy, accuracy_total;

-- What a series is called is <stream>/<variable>; a stream may hold slashes, a variable none.
ALTER TABLE forecast_latest
  ADD COLUMN domain text NOT NULL DEFAULT '${domain}',
  ADD COLUMN variable text NOT NULL
    GENERATED ALWAYS AS (substring(series FROM '[^/]*$')) STORED;
ALTER TABLE forecast_latest ALTER COLUMN domain DROP DEFAULT;
ALTER TABLE forecast_latest DROP CONSTRAINT forecast_latest_pkey;
ALTER TABLE forecast_latest ADD PRIMARY KEY (domain, series);
CREATE INDEX forecast_latest_variable ON forecast_latest (domain, variable, series);
-- forecasts of many leads lie in the overflow table, which is updated as often as this one
ALTER TABLE forecast_latest SET (toast.autovacuum_vacuum_scale_factor = 0.05);

ALTER TABLE evaluation
  ADD COLUMN domain text NOT NULL DEFAULT '${domain}',
  ADD COLUMN variable text NOT NULL
    GENERATED ALWAYS AS (substring(series FROM '[^/]*$')) STORED;
ALTER TABLE evaluation ALTER COLUMN domain DROP DEFAULT;
ALTER TABLE evaluation DROP CONSTRAINT evaluation_pkey;
ALTER TABLE evaluation ADD PRIMARY KEY (domain, series, time, model);
CREATE INDEX evaluation_variable ON evaluation (domain, variable, time);

ALTER TABLE model_event ADD COLUMN domain text NOT NULL DEFAULT '${domain}';
ALTER TABLE model_event ALTER COLUMN domain DROP DEFAULT;
ALTER TABLE model_event DROP CONSTRAINT model_event_pkey;
ALTER TABLE model_event ADD PRIMARY KEY (domain, model_group, boundary);

ALTER TABLE alert_limit ADD COLUMN domain text NOT NULL DEFAULT '${domain}';
ALTER TABLE alert_limit ALTER COLUMN domain DROP DEFAULT;
ALTER TABLE alert_limit DROP CONSTRAINT alert_limit_pkey;
ALTER TABLE alert_limit ADD PRIMARY KEY (domain, variable);

-- A name as it was before it was percent-encoded. Dashboards insert names in that form, which has
-- no quote, bracket, backslash or dollar sign that quoting or a macro could take for its own.
CREATE FUNCTION percent_decoded(encoded text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT convert_from(
    decode(
      coalesce(
        string_agg(
          CASE WHEN part[1] LIKE '\%__' THEN substr(part[1], 2)
          ELSE encode(convert_to(part[1], 'UTF8'), 'hex') END,
          '' ORDER BY place),
        ''),
      'hex'),
    'UTF8')
  FROM regexp_matches(encoded, '%[0-9A-Fa-f]{2}|.', 'g') WITH ORDINALITY AS parts(part, place)
);

-- The series there are, with what is known of each from its newest forecast. A version is
-- <group>-<sequence>-<hash>; before a model has served, the group is the variable, its default.
CREATE VIEW series AS
SELECT
  domain,
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
FROM forecast_latest;

-- One row per series, origin and lead.
CREATE VIEW forecast_point AS
SELECT
  f.domain,
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
  e.domain,
  e.series,
  e.variable,
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
  domain,
  series,
  variable,
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

-- Makes the partition of a table that holds a moment: forecasts by day, observations and
-- evaluations by month. Retention counts back from the newest partition that the clock has reached:
-- one of a later time (a clock set wrongly) ends no other's. Each
-- call drops at most one partition, the oldest out of retention (null: none), and says so in a
-- notice. Returns false, and makes nothing, if the moment itself is out of retention. A dropped
-- table needs a moment without readers: if there is none, it goes next time.
CREATE OR REPLACE FUNCTION open_partition(parent text, moment timestamptz, retention interval)
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  unit text := CASE parent WHEN 'forecast' THEN 'day' ELSE 'month' END;
  first timestamptz := date_trunc(unit, moment, 'UTC');
  beyond timestamptz := first + ('1 ' || unit)::interval;
  child text := parent || '_' || to_char(first AT TIME ZONE 'UTC', 'YYYYMMDD');
  newest timestamptz;
  kept boolean;
  old text;
BEGIN
  PERFORM set_config('TimeZone', 'UTC', true);
  PERFORM pg_advisory_xact_lock(hashtext('open_partition ' || parent));
  SELECT max(begun) FILTER (WHERE begun <= now()) INTO newest
  FROM (
    SELECT to_timestamp(right(inhrelid::regclass::text, 8), 'YYYYMMDD') AS begun
    FROM pg_inherits WHERE inhparent = parent::regclass
  ) AS partitions;
  newest := greatest(newest, least(first, now()));
  kept := coalesce(beyond > newest - retention, true);
  IF kept AND to_regclass(child) IS NULL THEN
    -- made apart and then attached, which unlike PARTITION OF blocks no reader
    EXECUTE format(
      'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE)',
      child, parent);
    EXECUTE format(
      'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      parent, child, first, beyond);
  END IF;
  SELECT inhrelid::regclass::text INTO old FROM pg_inherits
  WHERE inhparent = parent::regclass
    AND to_timestamp(right(inhrelid::regclass::text, 8), 'YYYYMMDD')
      + ('1 ' || unit)::interval <= newest - retention
  ORDER BY right(inhrelid::regclass::text, 8) LIMIT 1;
  IF old IS NOT NULL THEN
    BEGIN
      SET LOCAL lock_timeout = '2s';
      EXECUTE format('DROP TABLE %s', old);
      RAISE NOTICE 'dropped partition %: out of the retention of %', old, retention;
    EXCEPTION WHEN lock_not_available THEN
      RAISE NOTICE 'partition % is in use and stays until the next call', old;
    END;
  END IF;
  RETURN kept;
END
$$;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO tidecast_reader;
