/**
 * A trained model as a file: its layout, written and read strictly, and its version, which ends in
 * a digest of its content. {@link io.tidecast.model.artifact.ModelFile} is such a file in memory,
 * as it travels through topics and state.
 */
package io.tidecast.model.artifact;
