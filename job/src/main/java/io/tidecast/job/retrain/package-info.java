/**
 * From closed steps to the models that serve: training windows, boundaries, trainings, decisions.
 *
 * <p>Read {@link io.tidecast.job.retrain.RetrainPolicy} first: what is decided at a boundary, on
 * plain values. {@link io.tidecast.job.retrain.RetrainOperator} asks it in the stream, replays
 * offline ask the same. {@link io.tidecast.job.retrain.ChallengerTrainer} is where the model's own
 * trainer and promotion gate come in.
 *
 * <p>A decision is a function of the windows known at its boundary, never of what arrived when.
 */
package io.tidecast.job.retrain;
