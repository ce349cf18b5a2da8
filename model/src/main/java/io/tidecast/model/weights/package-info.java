/**
 * What a training gives and all keys of a group share: the layers and the head of the recurrent
 * member, the linear highway, and where they come from. Immutable: no step ever writes them.
 *
 * <p>{@link io.tidecast.model.weights.ForecastModel} is the whole of it. Layouts are PyTorch's.
 */
package io.tidecast.model.weights;
