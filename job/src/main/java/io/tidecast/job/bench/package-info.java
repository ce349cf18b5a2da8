/**
 * The product's own benchmarks, on its own parts: what a step, a state, a training and the whole
 * job cost. Each gives one JSON object; {@link io.tidecast.job.bench.StepBench} is the one to read
 * first. What is compared is measured in the same run, in turns, because a machine that is shared
 * is never twice the same: a ratio can be compared between machines, a time cannot.
 *
 * <p>Other libraries are measured at the same work as {@link io.tidecast.job.bench.Peer peers}.
 * They and their native parts are on the class path of builds with the Maven profile {@code peers}
 * alone, where their code is under {@code src/peers}.
 *
 * <p>Above the job and what runs it offline, below the command line alone. Nothing here is part of
 * what serves.
 */
package io.tidecast.job.bench;
