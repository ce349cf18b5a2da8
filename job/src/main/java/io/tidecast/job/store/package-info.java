/**
 * The job that copies the topics of a domain to the tables of PostgreSQL, apart from the
 * forecasting job so that a database that is away holds back nothing but itself. Read {@link
 * io.tidecast.job.store.StoreJob} first.
 */
package io.tidecast.job.store;
