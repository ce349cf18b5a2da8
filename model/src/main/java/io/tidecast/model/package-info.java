/** The online forecaster: plain objects and numbers, no stream, no broker, no clock. */
package io.tidecast.model;
