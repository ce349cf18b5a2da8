/**
 * The live page: a web server over the tables that {@code store} writes, for a look without
 * Grafana. Read {@link io.tidecast.job.serve.LivePage} first.
 *
 * <p>Why it has no queries of its own: the files in {@code docker/grafana/dashboards} are the only
 * copy, in the jar as resources, and {@link io.tidecast.job.serve.GrafanaSql} expands them as
 * Grafana does. What the page shows is what the dashboards show, and each test of one is a test of
 * the other.
 */
package io.tidecast.job.serve;
