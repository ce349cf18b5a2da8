/** The configuration file as records: read once at start, passed as values. */
package io.tidecast.job.config;
