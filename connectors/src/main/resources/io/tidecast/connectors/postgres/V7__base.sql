-- Where single precision is not enough for a series, its quantiles are less a base.

ALTER TABLE forecast ADD COLUMN base float8 NOT NULL DEFAULT 0;
ALTER TABLE forecast_latest ADD COLUMN base float8 NOT NULL DEFAULT 0;

-- A quantile in full. Without a base it has the decimals of the real, not those of its binary
-- fraction.
CREATE FUNCTION quantile(
  levels float8[], quantiles real[], base float8, level float8, lead int)
RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN base = 0 THEN quantile(levels, quantiles, level, lead)::text::float8
  ELSE base + quantile(levels, quantiles, level, lead)
END;

-- One row per series, origin and lead. Its numbers were reals, and a view's columns keep their type:
-- it is made anew. If a view of somebody else's reads it, that stands in the way, nothing is changed,
-- and the error names it: drop that one, and make it again afterwards; so with rights on this one that
-- others than the reader were given.
DROP VIEW forecast_point;
CREATE VIEW forecast_point AS
SELECT
  f.domain,
  f.series,
  f.origin,
  lead,
  target_time(f.origin, f.step, f.targets, lead) AS time,
  quantile(f.levels, f.quantiles, f.base, 0.5, lead) AS median,
  quantile(f.levels, f.quantiles, f.base, 0.05, lead) AS lower_90,
  quantile(f.levels, f.quantiles, f.base, 0.95, lead) AS upper_90,
  quantile(f.levels, f.quantiles, f.base, 0.1, lead) AS lower_80,
  quantile(f.levels, f.quantiles, f.base, 0.9, lead) AS upper_80,
  quantile(f.levels, f.quantiles, f.base, 0.25, lead) AS lower_50,
  quantile(f.levels, f.quantiles, f.base, 0.75, lead) AS upper_50,
  f.model,
  f.quality
FROM forecast AS f
CROSS JOIN LATERAL generate_series(1, array_length(f.quantiles, 2)) AS lead;
GRANT SELECT ON forecast_point TO tidecast_reader;
