/**
 * The records that cross the wire, as plain values with their checks: what a topic holds is what
 * these types say. They know neither their bytes ({@code serde}) nor a broker ({@code kafka}).
 *
 * <p>Why no Flink type information: the records are made in the last operator and turned to bytes
 * at once, so they never cross a network exchange nor enter state. What does cross one has types of
 * its own.
 */
package io.tidecast.connectors.record;
