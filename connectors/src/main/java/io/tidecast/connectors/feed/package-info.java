/**
 * Feeds: what publishes observations where no other producer does. A {@link
 * io.tidecast.connectors.feed.Feed} is a value, its settings, and with them every row is fixed: row
 * n is the same observation today and after a restart. {@link
 * io.tidecast.connectors.feed.FeedRunner} publishes one, exactly once, at a chosen {@link
 * io.tidecast.connectors.feed.Speed}.
 *
 * <p>Why rows are numbered: the number of rows published is the whole progress of a feed. It is
 * committed in the same Kafka transaction as the rows, so a feed that is killed at any moment and
 * started again neither loses nor doubles.
 *
 * <p>Why the settings are records with annotations of Jackson: they are the {@code feed} section of
 * the configuration file, and the names of their components are its keys.
 */
package io.tidecast.connectors.feed;
