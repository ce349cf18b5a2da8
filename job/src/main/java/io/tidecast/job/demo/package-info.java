/** The demo: broker, job and feed in one process, and what there is to see of them. */
package io.tidecast.job.demo;
