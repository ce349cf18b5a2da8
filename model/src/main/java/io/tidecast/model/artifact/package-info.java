/** The stored form of a trained model: written, read strictly, named by its content. */
package io.tidecast.model.artifact;
