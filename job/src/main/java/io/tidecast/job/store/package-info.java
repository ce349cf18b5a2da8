/**
 * From topics to tables: a job beside the forecasting job. Read {@link
 * io.tidecast.job.store.StoreJob} first.
 */
package io.tidecast.job.store;
