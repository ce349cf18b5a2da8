/** What people see of offline runs: tables, JSON, pictures, progress bars. It starts nothing. */
package io.tidecast.job.report;
