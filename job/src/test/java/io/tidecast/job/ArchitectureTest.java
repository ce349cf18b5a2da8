package io.tidecast.job;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The house: which package stands on which, written once. A package may name what it stands on and
 * whatever that stands on; siblings do not see each other. A new package gets its line here.
 */
class ArchitectureTest {
  private static final Map<String, Set<String>> STANDS_ON =
      Map.ofEntries(
          Map.entry("model", Set.of()),
          Map.entry("model.weights", Set.of("model")),
          Map.entry("model.input", Set.of("model")),
          Map.entry("model.artifact", Set.of("model.weights", "model.input")),
          Map.entry("model.member", Set.of("model.weights", "model.input")),
          Map.entry("model.online", Set.of("model.member")),
          Map.entry("model.train", Set.of("model.online", "model.artifact")),
          Map.entry("model.eval", Set.of("model.online")),
          Map.entry("connectors.record", Set.of()),
          Map.entry("connectors.serde", Set.of("connectors.record")),
          Map.entry("connectors.kafka", Set.of("connectors.serde")),
          Map.entry("connectors.postgres", Set.of("connectors.record")),
          Map.entry("connectors.feed", Set.of("connectors.serde", "connectors.kafka")),
          Map.entry("connectors.file", Set.of("connectors.feed")),
          Map.entry("connectors.web", Set.of("connectors.feed")),
          Map.entry("connectors.check", Set.of("connectors.file")),
          Map.entry("connectors.embedded", Set.of("connectors.kafka", "connectors.postgres")),
          Map.entry("job.metrics", Set.of()),
          Map.entry("job.state", Set.of("model.artifact", "model.online", "connectors.record")),
          Map.entry(
              "job.config",
              Set.of("job.state", "connectors.file", "connectors.web", "connectors.postgres")),
          Map.entry(
              "job.ingest",
              Set.of("job.state", "job.metrics", "connectors.serde", "connectors.kafka")),
          Map.entry(
              "job.forecast",
              Set.of("job.state", "job.metrics", "connectors.serde", "connectors.kafka")),
          Map.entry(
              "job.retrain",
              Set.of(
                  "job.state",
                  "job.metrics",
                  "model.train",
                  "connectors.serde",
                  "connectors.kafka")),
          Map.entry("job", Set.of("job.ingest", "job.forecast", "job.retrain", "job.config")),
          Map.entry("job.offline", Set.of("job", "model.eval", "connectors.check")),
          Map.entry("job.report", Set.of("job.offline")),
          Map.entry("job.store", Set.of("job.config", "job.metrics")),
          Map.entry("job.serve", Set.of("connectors.postgres")),
          Map.entry("job.demo", Set.of("job", "job.store", "job.serve", "connectors.embedded")),
          Map.entry("job.bench", Set.of("job.offline", "connectors.embedded")),
          Map.entry("job.cluster", Set.of("connectors.embedded")),
          Map.entry("job.cli", Set.of("job.demo", "job.report", "job.bench", "job.cluster")));

  private static final int LARGEST_PACKAGE = 20;

  /** One deep package: the equations of a network, their gradients, and the loop around them. */
  private static final String DEEP_PACKAGE = "model.train";

  private static final Predicate<JavaClass> OPTIONAL =
      type -> type.getFullName().startsWith("java.util.Optional");

  private static final JavaClasses MAIN = mainClasses();

  @Test
  void everyPackageNamesOnlyWhatItStandsOn() {
    Set<String> upwards = new TreeSet<>();
    for (JavaClass type : MAIN) {
      Set<String> below = below(room(type), Set.of());
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass())
          .filter(target -> target.getPackageName().startsWith("io.tidecast"))
          .map(ArchitectureTest::room)
          .filter(room -> !room.equals(room(type)) && !below.contains(room))
          .map(room -> room(type) + " -> " + room)
          .forEach(arrow -> upwards.add(arrow + " in " + type.getSimpleName()));
    }

    assertEquals(Set.of(), upwards);
  }

  @Test
  void noPackageStandsOnItself() {
    STANDS_ON.keySet().forEach(room -> below(room, Set.of()));
  }

  @Test
  void everyPackageCanBeReadInOneSitting() {
    Map<String, Long> types =
        MAIN.stream()
            .filter(JavaClass::isTopLevelClass)
            // which one compiler writes and another does not
            .filter(type -> !type.getSimpleName().equals("package-info"))
            .collect(groupingBy(ArchitectureTest::room, TreeMap::new, counting()));
    types.remove(DEEP_PACKAGE);

    types.values().removeIf(count -> count <= LARGEST_PACKAGE);
    assertEquals(Map.of(), types);
  }

  @Test
  void everyPackageSaysWhatIsInIt() {
    List<String> silent =
        MAIN.stream()
            .map(ArchitectureTest::room)
            .distinct()
            .filter(room -> !hasWords(room))
            .toList();

    assertEquals(List.of(), silent);
  }

  @Test
  void whatMayBeMissingIsReturnedAndNeverPassedOrKept() {
    Set<String> takers = new TreeSet<>();
    for (JavaClass type : MAIN) {
      type.getCodeUnits().stream()
          // what a lambda captures is a parameter of a method that nobody has written
          .filter(method -> !method.getModifiers().contains(JavaModifier.SYNTHETIC))
          .filter(method -> method.getRawParameterTypes().stream().anyMatch(OPTIONAL))
          .forEach(method -> takers.add(method.getFullName()));
      type.getFields().stream()
          .filter(field -> OPTIONAL.test(field.getRawType()))
          .forEach(field -> takers.add(field.getFullName()));
    }

    assertEquals(Set.of(), takers);
  }

  /** What a compiler writes for a record is final, and of an array asks whether it is the same. */
  @Test
  void recordsOfModelAndConnectorsCompareTheirArraysByContent() {
    Set<String> byIdentity = new TreeSet<>();
    for (JavaClass type : MAIN) {
      boolean holdsArrays =
          type.getFields().stream().anyMatch(field -> field.getRawType().isArray());
      if (type.isRecord()
          && type.getModifiers().contains(JavaModifier.PUBLIC)
          && !type.getPackageName().startsWith("io.tidecast.job")
          && holdsArrays
          && type.getMethod("equals", Object.class).getModifiers().contains(JavaModifier.FINAL)) {
        byIdentity.add(type.getName());
      }
    }

    assertEquals(Set.of(), byIdentity);
  }

  private static JavaClasses mainClasses() {
    // classes of libraries are not asked for: reading them takes longer than all of the rest
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importPackages("io.tidecast");
  }

  private static String room(JavaClass type) {
    return type.getPackageName().replaceFirst("^io\\.tidecast\\.", "");
  }

  private static Set<String> below(String room, Set<String> above) {
    if (above.contains(room) || !STANDS_ON.containsKey(room)) {
      throw new AssertionError(room + " stands on itself, or has no place yet: " + above);
    }
    Set<String> path =
        Stream.concat(above.stream(), Stream.of(room)).collect(Collectors.toUnmodifiableSet());
    Set<String> all = new TreeSet<>(STANDS_ON.get(room));
    STANDS_ON.get(room).forEach(next -> all.addAll(below(next, path)));
    return all;
  }

  private static boolean hasWords(String room) {
    String file = "src/main/java/io/tidecast/" + room.replace('.', '/') + "/package-info.java";
    Path root = Path.of(System.getProperty("basedir", ""), "..");
    return Stream.of("model", "connectors", "job")
        .anyMatch(module -> Files.isRegularFile(root.resolve(module).resolve(file)));
  }
}
