package io.tidecast.model.weights;

/**
 * Weights of one layer of the recurrent member in PyTorch's layouts. Shared by all keys: never
 * written after construction.
 */
public sealed interface CellWeights permits LstmWeights, RnnWeights, FeedForwardWeights {
  /** Size of the layer's input. */
  int inputs();

  /** Size of the hidden state. */
  int hidden();
}
