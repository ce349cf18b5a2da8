/**
 * The forecasters of a trained model, laid out for stepping one key at a time: weights packed so
 * that plain loops vectorise, scratch space owned by the one thread that steps. What they carry of
 * a series is its {@link io.tidecast.model.member.HiddenState}, which belongs to the caller.
 *
 * <p>{@link io.tidecast.model.member.PackedModel} is the way in.
 */
package io.tidecast.model.member;
