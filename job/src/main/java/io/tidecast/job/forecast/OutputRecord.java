package io.tidecast.job.forecast;

/**
 * A record on its way to a topic.
 *
 * @param key Kafka key
 * @param value as it goes over the wire
 */
public record OutputRecord(byte[] key, byte[] value) {}
