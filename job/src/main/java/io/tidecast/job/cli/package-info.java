/**
 * The command line: a class per command, each turning options into one call of the product. Read
 * {@link io.tidecast.job.cli.Tidecast} first. Exit codes: 0 done, 1 failed, 2 wrong arguments or
 * configuration.
 */
package io.tidecast.job.cli;
