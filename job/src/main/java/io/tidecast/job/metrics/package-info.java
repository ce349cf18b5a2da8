/**
 * The names under which the job counts: public, since dashboards and alerts are written for them.
 */
package io.tidecast.job.metrics;
