/**
 * Feeds that ask services of the web: history first, then what is new, each row once. {@link
 * io.tidecast.connectors.web.WebRequests} is how they ask: at a bounded rate, and again after a
 * growing pause.
 *
 * <p>Why a row is found again by its place: what a service says of the past may be revised, and is
 * too much to read again at every start. Rows are in order of (time, stream), so the last one
 * published tells which are new.
 */
package io.tidecast.connectors.web;
