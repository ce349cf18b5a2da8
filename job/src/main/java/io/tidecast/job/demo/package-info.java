/**
 * The demo: a real broker, a real database, both jobs, a feed and the live page in one process, on
 * a directory that it can go on from. Read {@link io.tidecast.job.demo.Demo} first.
 *
 * <p>It puts the product's own parts together and counts what they commit; it has no forecasting,
 * storing or serving of its own, so that what it shows is what {@code run}, {@code store} and
 * {@code serve} do.
 */
package io.tidecast.job.demo;
