-- Before its first model a series is taken to be in the group that its variable is in unless the
-- configuration says otherwise: it has its variable's name, with '_' for what a group cannot be
-- called, as in the events of that group.
CREATE OR REPLACE VIEW series AS
SELECT
  domain,
  series,
  left(series, -length(variable) - 1) AS stream,
  variable,
  coalesce(
    substring(model FROM '^(.+)-[0-9]+-[0-9a-f]{8}$'),
    regexp_replace(variable, '[^A-Za-z0-9._-]', '_', 'g')) AS model_group,
  origin,
  step,
  array_length(quantiles, 2) AS horizon,
  model,
  quality,
  written,
  target_time(origin, step, targets, 3) AS overdue
FROM forecast_latest;
