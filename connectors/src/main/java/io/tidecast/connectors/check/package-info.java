/**
 * What a file looks like: from its bytes to settings of a {@link
 * io.tidecast.connectors.file.FileFeed} that reads it, so that nobody has to begin with an empty
 * page. Read {@link io.tidecast.connectors.check.FileGuess} first.
 *
 * <p>Why guesses are apart from reading: a feed does only what its settings say; what is guessed
 * here is written down, shown with the first rows it gives, and a person keeps or changes it.
 */
package io.tidecast.connectors.check;
