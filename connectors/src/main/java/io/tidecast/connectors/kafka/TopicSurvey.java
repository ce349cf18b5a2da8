package io.tidecast.connectors.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** What a start would find and make of the topics of a domain. Looking changes nothing. */
public final class TopicSurvey {
  /** Settings of a topic that the job relies on. */
  private static final List<String> RELIED_ON =
      List.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);

  /** Of one that is read: what its producers stamp is handled. */
  private static final List<String> READ = List.of(TopicConfig.CLEANUP_POLICY_CONFIG);

  private final KafkaConfig kafka;
  private final Collection<NewTopic> wanted;

  private TopicSurvey(KafkaConfig kafka, TopicsConfig settings, boolean observations) {
    this.kafka = kafka;
    this.wanted = new ArrayList<>(TopicCreator.topics(kafka.topics(), settings));
    wanted.removeIf(topic -> !observations && topic.name().equals(kafka.topics().observation()));
  }

  /**
   * One topic as it is or would be.
   *
   * @param topic its name
   * @param exists whether it is there
   * @param found what is there, or what would be made
   * @param wrong what the job cannot work with; empty if nothing
   */
  public record Finding(String topic, boolean exists, String found, List<String> wrong) {}

  /**
   * Looks at every topic of the domain, in the order of their names.
   *
   * @param observations whether its own topic of observations is one it needs
   * @throws KafkaException if the broker cannot be reached
   */
  public static List<Finding> of(KafkaConfig kafka, TopicsConfig settings, boolean observations) {
    TopicSurvey survey = new TopicSurvey(kafka, settings, observations);
    return kafka.ask("look at the topics", survey::look);
  }

  private List<Finding> look(Admin admin) throws ExecutionException, InterruptedException {
    Set<String> names = wanted.stream().map(NewTopic::name).collect(Collectors.toSet());
    names.retainAll(admin.listTopics().names().get());
    Map<String, TopicDescription> there =
        admin
            .describeTopics(names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .allTopicNames()
            .get();
    Map<String, Config> settings = settings(admin, names);
    boolean mayCreate = mayCreate(admin);
    Map<String, Finding> findings = new TreeMap<>();
    for (NewTopic topic : wanted) {
      String name = topic.name();
      findings.put(
          name,
          there.containsKey(name)
              ? existing(topic, there.get(name), settings.get(name))
              : missing(topic, mayCreate));
    }
    return List.copyOf(findings.values());
  }

  private static Map<String, Config> settings(Admin admin, Set<String> names)
      throws ExecutionException, InterruptedException {
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    return admin.describeConfigs(resources).all().get().entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
  }

  private static boolean mayCreate(Admin admin) throws ExecutionException, InterruptedException {
    Set<AclOperation> allowed =
        admin
            .describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true))
            .authorizedOperations()
            .get();
    return allowed == null || allowed.contains(AclOperation.CREATE);
  }

  private static Finding missing(NewTopic topic, boolean mayCreate) {
    String settings =
        topic.configs().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(setting -> " --config " + setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining());
    String how = "--partitions " + topic.numPartitions() + settings;
    return new Finding(
        topic.name(),
        false,
        "missing; would be created with " + topic.numPartitions() + " partitions" + settings,
        mayCreate
            ? List.of()
            : List.of(
                "this user may not create it; an administrator can: kafka-topics.sh --create"
                    + (" --topic " + topic.name() + " " + how)));
  }

  private Finding existing(NewTopic topic, TopicDescription there, Config settings) {
    List<String> wrong = new ArrayList<>();
    boolean isRead = topic.name().equals(kafka.topics().observation());
    for (String setting : isRead ? READ : RELIED_ON) {
      String found = settings.get(setting).value();
      String needed = topic.configs().get(setting);
      if (!found.equals(needed)) {
        wrong.add(setting + ": " + found + "; accepted: " + needed);
      }
    }
    largeEnough(topic, settings, wrong);
    allowed(topic.name(), there.authorizedOperations(), wrong);
    return new Finding(
        topic.name(),
        true,
        there.partitions().size()
            + " partitions, retention.ms="
            + settings.get(TopicConfig.RETENTION_MS_CONFIG).value(),
        List.copyOf(wrong));
  }

  private static void largeEnough(NewTopic topic, Config settings, List<String> wrong) {
    String needed = topic.configs().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
    String found = settings.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value();
    if (needed != null && Long.parseLong(found) < Long.parseLong(needed)) {
      wrong.add(
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG + ": " + found + "; accepted: at least " + needed);
    }
  }

  private void allowed(String topic, Set<AclOperation> operations, List<String> wrong) {
    AclOperation needed =
        topic.equals(kafka.topics().observation()) ? AclOperation.READ : AclOperation.WRITE;
    if (operations != null && !operations.contains(needed)) {
      wrong.add("this user may not " + needed + " it");
    }
  }
}
