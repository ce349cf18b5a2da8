/**
 * Bytes of the wire records: one class per record and format version, named after both, so that a
 * reader of an old topic keeps its class when a version is added. Read {@link
 * io.tidecast.connectors.serde.ForecastJsonV1} first.
 *
 * <p>Writing is streamed, deterministic (same record, same bytes, on every Java version) and prints
 * numbers as the shortest decimals that read back the same. Reading the product's own records is
 * strict: an unknown, absent or doubled field is an error. Reading observations, which others
 * write, turns every flaw into a {@link io.tidecast.connectors.record.Rejection} and never throws.
 */
package io.tidecast.connectors.serde;
