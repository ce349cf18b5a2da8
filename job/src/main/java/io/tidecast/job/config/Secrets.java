package io.tidecast.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.flink.configuration.GlobalConfiguration;

/** What of a configuration may be shown. */
final class Secrets {
  private static final Pattern IN_URL =
      Pattern.compile("(?i)([?&;][^=&;]*(?:password|secret|token)[^=&;]*=)[^&;\"]*");
  private static final Pattern CREDENTIALS = Pattern.compile("(//)[^/@\\s]*@");

  private Secrets() {}

  /** A copy in which secrets are stars: by the name of their key, or inside of an address. */
  static JsonNode hidden(String key, JsonNode node) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = object.objectNode();
      object.properties().stream()
          .filter(entry -> !isAbsent(entry.getValue()))
          .forEach(entry -> copy.set(entry.getKey(), hidden(entry.getKey(), entry.getValue())));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = array.arrayNode();
      array.forEach(value -> copy.add(hidden(key, value)));
      return copy;
    }
    if (isSecret(key) && !node.isNull() && !node.asText().isEmpty()) {
      return TextNode.valueOf("***");
    }
    return node.isTextual() ? TextNode.valueOf(hidden(node.textValue())) : node;
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isNull() || (value.isDouble() && Double.isInfinite(value.doubleValue()));
  }

  private static String hidden(String text) {
    String url = IN_URL.matcher(text).replaceAll("$1***");
    return CREDENTIALS.matcher(url).replaceAll("$1***@");
  }

  private static boolean isSecret(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return GlobalConfiguration.isSensitive(key)
        || lower.contains("credential")
        || lower.endsWith(".key")
        || lower.startsWith("sasl.oauthbearer");
  }
}
