-- What a decision was made from, and how long it took. Of decisions of before nothing is known.
ALTER TABLE model_event
  ADD COLUMN data_from timestamptz,
  ADD COLUMN data_to timestamptz,
  ADD COLUMN observed bigint,
  ADD COLUMN left_out bigint,
  ADD COLUMN seconds float8;
