/**
 * Files as people have them, to observations: which bytes are rows, which texts times and numbers.
 * {@link io.tidecast.connectors.file.FileFeed} is what a configuration says of them, {@link
 * io.tidecast.connectors.file.FilePass} one pass over them.
 *
 * <p>A flaw refuses the file in one line: file, row, what is accepted, and the key that changes it.
 */
package io.tidecast.connectors.file;
