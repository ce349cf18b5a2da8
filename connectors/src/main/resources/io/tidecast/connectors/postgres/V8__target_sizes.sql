-- Sums of the targets' sizes, so that errors can be told as a share of them (WAPE). Of rows of before
-- they are unknown, and a share must leave those out: sum(absolute_error) FILTER (WHERE absolute_target
-- IS NOT NULL) / sum(absolute_target).

ALTER TABLE evaluation
  ADD COLUMN total_absolute_target float8,
  ADD COLUMN absolute_target real[];

CREATE OR REPLACE VIEW accuracy AS
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
  e.persistence_absolute_error[lead]::float8 AS persistence_absolute_error,
  e.absolute_target[lead]::float8 AS absolute_target
FROM evaluation AS e
CROSS JOIN LATERAL generate_series(1, cardinality(e.count)) AS lead;

CREATE OR REPLACE VIEW accuracy_total AS
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
  total_persistence_absolute_error AS persistence_absolute_error,
  total_absolute_target AS absolute_target
FROM evaluation;
