/**
 * Training: from windows of raw steps to a model, on the calling thread.
 *
 * <p>Read {@link io.tidecast.model.train.Trainer} first; {@code RidgeSelection} and {@code
 * RidgeFit} make the linear maps, {@code RecurrentFit} is the loop of the network, {@code
 * RecurrentNetwork} and {@code CellLayer} are its equations and their gradients.
 *
 * <p>Why by hand and not by an automatic differentiation of ND4J: it is six times faster, and
 * nothing is allocated outside the heap while it runs. ND4J gives memory and products.
 */
package io.tidecast.model.train;
