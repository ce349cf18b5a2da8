/**
 * How the job's records and state are stored: hand-written serializers, each with its version.
 *
 * <p>Why by hand: the POJO serializer costs ten times as much on arrays, the generic one (switched
 * off in every job) forty times. A record that crosses an operator and a record that lies in state
 * use the same serializer, so there is one layout of each.
 */
package io.tidecast.job.state;
