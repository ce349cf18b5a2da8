/** The streaming job: where observations, the forecaster and its retraining meet. */
package io.tidecast.job;
