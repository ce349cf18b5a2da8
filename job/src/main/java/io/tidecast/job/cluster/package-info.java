/**
 * A Flink cluster on one machine, for trials and for tests: JobManager, TaskManagers, ZooKeeper,
 * broker and PostgreSQL, each a process of its own, from the jars of the distribution. Read {@link
 * io.tidecast.job.cluster.LocalCluster} first.
 *
 * <p>Why processes and not a mini cluster: what is submitted is the packaged job, loaded by Flink's
 * own class loader and killed like any other process. Why ZooKeeper: without it a JobManager that
 * dies takes its jobs along.
 */
package io.tidecast.job.cluster;
