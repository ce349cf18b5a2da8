package io.tidecast.model.train;

import io.tidecast.model.member.Activations;

/** The cells without gates, {@code h_t = tanh(z_t)}: with feedback (Elman 1990) or without. */
final class TanhLayer extends CellLayer {
  TanhLayer(OffHeap memory, LayerShape shape, int batch, int maxSteps) {
    super(memory, shape, batch, maxSteps);
  }

  @Override
  void advance(int t, float[] z, float[] h) {
    Activations.tanh(z, 0, z.length);
    System.arraycopy(z, 0, h, 0, h.length);
  }

  @Override
  void differentiate(int t, float[] activated, float[] hGradient, float[] zGradient) {
    for (int j = 0; j < zGradient.length; j++) {
      zGradient[j] = hGradient[j] * (1 - activated[j] * activated[j]);
    }
  }
}
