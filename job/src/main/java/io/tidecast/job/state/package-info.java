/**
 * What crosses an operator of the job or lies in its state, each record with its stored layout and
 * the versions of it that are still read.
 *
 * <p>{@link io.tidecast.job.state.StoredTypes} lists all of them. They are the only words that
 * {@code ingest}, {@code forecast} and {@code retrain} have in common.
 *
 * <p>Why the serializers are written by hand: the POJO serializer costs ten times as much on
 * arrays, the generic one (switched off in every job) forty times. A record that crosses an
 * operator and a record that lies in state use the same serializer, so there is one layout of each.
 */
package io.tidecast.job.state;
