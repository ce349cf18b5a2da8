/**
 * Kafka as the job sees it: a source of raw records, sinks of keyed bytes, the topics and their
 * creation. Each class says what may be lost or doubled after a failure. Read {@link
 * io.tidecast.connectors.kafka.KeyedBytesSink} first.
 *
 * <p>Why raw bytes: a record that cannot be decoded is data for the dead-letter topic, so decoding
 * belongs to the operator that owns the side output; a source that decodes can only fail or drop.
 * And bytes are a type that Flink serializes without reflection on whatever a record grows into.
 */
package io.tidecast.connectors.kafka;
