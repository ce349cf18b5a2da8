package io.tidecast.connectors.record;

import java.util.regex.Pattern;

/**
 * What things may be called: the one rule, asked where a configuration is read and where a record
 * is made, so that a name that is accepted once works everywhere.
 *
 * <p>Streams and variables are the users' words, and nearly all goes. Domains and model groups are
 * ours: the one is part of topics' names, the other of Kafka keys, versions and names of files.
 */
public final class Names {
  private static final int MAX_LENGTH = 200;
  private static final Pattern DOMAIN = Pattern.compile("[a-z][a-z0-9-]{0,99}");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._-]{1,200}");

  private static final String STREAMS =
      "1 to 200 characters without blank edges or control characters";
  private static final String VARIABLES = STREAMS + ", without '/'";
  private static final String DOMAINS =
      "lower-case letters, digits and hyphens, beginning with a letter, at most 100";
  private static final String GROUPS = "1 to 200 of the letters a to z, digits, '.', '_' and '-'";

  private Names() {}

  public static boolean isStream(String name) {
    return name != null
        && !name.isEmpty()
        && name.length() <= MAX_LENGTH
        && name.strip().length() == name.length()
        && !hasControlCharacter(name);
  }

  private static boolean hasControlCharacter(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (Character.isISOControl(name.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  public static boolean isVariable(String name) {
    return isStream(name) && name.indexOf('/') < 0;
  }

  public static boolean isGroup(String name) {
    return name != null && GROUP.matcher(name).matches();
  }

  /** A variable's name as that of a group: with {@code _} for what that cannot hold. */
  public static String toGroup(String variable) {
    return variable.replaceAll("[^A-Za-z0-9._-]", "_");
  }

  /** First part of the names of all topics. */
  public static boolean isDomain(String name) {
    return name != null && DOMAIN.matcher(name).matches();
  }

  /**
   * Gives the name back.
   *
   * @param key what to call it in a refusal
   * @throws IllegalArgumentException with key, name and what is accepted; so do the others
   */
  public static String stream(String key, String name) {
    return accepted(isStream(name), key, name, STREAMS);
  }

  public static String variable(String key, String name) {
    return accepted(isVariable(name), key, name, VARIABLES);
  }

  public static String group(String key, String name) {
    return accepted(isGroup(name), key, name, GROUPS);
  }

  public static String domain(String key, String name) {
    return accepted(isDomain(name), key, name, DOMAINS);
  }

  private static String accepted(boolean accepted, String key, String name, String what) {
    Require.that(accepted, key, name == null ? null : "'" + name + "'", what);
    return name;
  }
}
