/**
 * The configuration file. {@link io.tidecast.job.config.ConfigFile} is its text, in which single
 * values may be replaced; {@link io.tidecast.job.config.JobConfig} is what it says, one record per
 * section.
 *
 * <p>A leaf: it knows the words of the model and of Kafka and PostgreSQL, in which it is written,
 * and nothing of the operators. What they are told is put together in {@link
 * io.tidecast.job.JobParts}. A <em>section</em> is a part of the file, a <em>config</em> what a
 * part of the program is told, <em>options</em> are those of a command.
 *
 * <p>A section refuses what is out of range under the name of its component; the reader puts the
 * path before it, so that a message has the key as it stands in the file. Rules between sections
 * are {@code JobConfig}'s. What is accepted here does not fail later.
 */
package io.tidecast.job.config;
