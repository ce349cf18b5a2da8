-- Where steps vary, as with months and with sessions, a forecast has the times of its leads.

ALTER TABLE forecast ADD COLUMN targets timestamptz[];
ALTER TABLE forecast_latest ADD COLUMN targets timestamptz[];

-- The time a lead lies at.
CREATE FUNCTION target_time(origin timestamptz, step interval, targets timestamptz[], lead integer)
RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(targets[lead], origin + lead * step);

-- One row per series, origin and lead.
CREATE OR REPLACE VIEW forecast_point AS
SELECT
  f.domain,
  f.series,
  f.origin,
  lead,
  target_time(f.origin, f.step, f.targets, lead) AS time,
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

-- The series there are. A forecast is overdue when the third lead of the one before has passed: two
-- steps after the next one should have come, of the time that is open.
CREATE OR REPLACE VIEW series AS
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
  written,
  target_time(origin, step, targets, 3) AS overdue
FROM forecast_latest;
