/**
 * The streaming job as one graph: {@link io.tidecast.job.ForecastJob}, which is the whole of it on
 * a screen, between the topics that are its {@linkplain io.tidecast.job.KafkaEnds ends}.
 *
 * <p>What {@code ingest}, {@code forecast} and {@code retrain} are told is put together from the
 * configuration in one place, {@link io.tidecast.job.JobParts}; they do not see each other. Here is
 * also what a run is before any record comes: its identity, the checkpoints it goes on from, and
 * the models that served last ({@link io.tidecast.job.Registry}).
 */
package io.tidecast.job;
