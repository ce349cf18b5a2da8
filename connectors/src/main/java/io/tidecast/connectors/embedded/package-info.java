/**
 * A broker and a database inside this process, for the demo and for tests: the real ones, started
 * on free ports of the loopback interface and stopped with it. Read {@link
 * io.tidecast.connectors.embedded.EmbeddedKafka} first.
 *
 * <p>Why not containers: a newcomer's first run should need nothing but Java.
 */
package io.tidecast.connectors.embedded;
