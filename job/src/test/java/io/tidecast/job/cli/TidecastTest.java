package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.cli.Tidecast.CommandFailedException;
import io.tidecast.job.cluster.LoopbackPort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TidecastTest {
  private static final String CONFIG =
      """
      domain: weather
      kafka:
        bootstrapServers: "%s"
        properties: {default.api.timeout.ms: "2000", request.timeout.ms: "1000"}
      series: {step: PT1H, targets: [temperature]}
      forecast: {horizon: 24}
      """;

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Tidecast.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private String file(String text) throws IOException {
    return Files.writeString(directory.resolve("config.yaml"), text).toString();
  }

  @Test
  void helpOfEveryCommandShowsAnExampleAndIsDone() {
    assertHelpShowsAnExample(Tidecast.commandLine());
  }

  private static void assertHelpShowsAnExample(CommandLine line) {
    for (CommandLine command : line.getSubcommands().values()) {
      String name = command.getCommandSpec().qualifiedName(" ");
      StringWriter help = new StringWriter();
      if (command.getCommandSpec().mixinStandardHelpOptions()) {
        String[] asked = (name + " --help").replaceFirst("tidecast ", "").split(" ");
        CommandLine whole = Tidecast.commandLine().setOut(new PrintWriter(help, true));
        assertEquals(0, whole.execute(asked), name);
      } else {
        command.usage(new PrintWriter(help, true)); // all options go to Flink's own
      }
      assertTrue(help.toString().contains("Example: " + name), name + help);
      assertHelpShowsAnExample(command);
    }
  }

  @Test
  void whatFailsIsSaidInOneLineAndAFileThatIsNotThereIsAnArgumentThatIsWrong() throws IOException {
    String config = file(CONFIG.formatted("127.0.0.1:1"));

    assertEquals(1, run("models", "list", "--config", config));
    assertOneLine("cannot");

    assertEquals(2, run("run", "--config", config, "--model", "nowhere.model"));
    assertOneLine("nowhere.model; accepted: a file that is there");
  }

  private void assertOneLine(String words) {
    List<String> said = err.toString().lines().filter(line -> !line.startsWith(" ")).toList();
    String last = said.get(said.size() - 1);
    assertTrue(last.startsWith("tidecast: ") && last.contains(words), err::toString);
    assertFalse(err.toString().contains("\tat "), err::toString);
    err.getBuffer().setLength(0);
  }

  @Test
  void portThatIsTakenIsSaidAndTheUsualOneGivesWay() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int taken = other.getLocalPort();

      assertEquals(2, run("demo", "--page-port", String.valueOf(taken)));
      assertEquals(
          "tidecast: --page-port: " + taken + " is taken; accepted: a free port, or 0 for any",
          err.toString().strip());
      assertNotEquals(taken, LoopbackPort.free("--page-port", null, taken));
      String config = file(CONFIG.formatted("127.0.0.1:1"));
      assertEquals(2, run("serve", "--config", config, "--port", String.valueOf(taken)));
      assertTrue(
          err.toString().contains("tidecast: --port: " + taken + " is taken"), err::toString);
    }
  }

  @Test
  void helpShowsTheCommandsAndAnExample() {
    assertEquals(0, run("--help"));

    assertTrue(out.toString().contains("Example: tidecast demo"), out.toString());
    for (String command : Tidecast.commandLine().getSubcommands().keySet()) {
      assertTrue(out.toString().contains("  " + command), command);
    }
  }

  @Test
  void versionIsNamed() {
    assertEquals(0, run("--version"));

    assertTrue(out.toString().startsWith("tidecast "), out.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "run --config",
        "run --file x",
        "demo --port many",
        "demo --exit-after soon",
        "feed --config x --start yesterday",
        "backtest --config x --stride often"
      })
  void wrongArgumentsAreTwoAndOneLine(String arguments) {
    assertEquals(2, run(arguments.split(" ")));

    String command = arguments.split(" ")[0];
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("; see tidecast " + command + " --help"), err.toString());
  }

  @Test
  void whatIsNoCommandIsTwoAndSaysWhatCommandsThereAre() {
    assertEquals(2, run("42"));

    assertTrue(err.toString().contains("Usage: tidecast"), err.toString());
  }

  @Test
  void wrongConfigurationIsTwoAndSaysKeyValueAndWhatIsAccepted() throws IOException {
    String config = file(CONFIG.formatted("127.0.0.1:1").replace("horizon: 24", "horizon: 0"));

    assertEquals(2, run("run", "--config", config));

    assertTrue(err.toString().startsWith("tidecast: forecast.horizon"), err.toString());
    assertTrue(err.toString().contains("accepted: "), err.toString());
    assertFalse(err.toString().contains("\tat "), err.toString());
  }

  @Test
  void valueThatIsSetTakesThePlaceOfTheFiles() throws IOException {
    String config = file(CONFIG.formatted("127.0.0.1:1"));

    assertEquals(2, run("run", "--config", config, "--set", "forecast.horizon=0"));

    assertEquals("tidecast: forecast.horizon: 0; accepted: 1 to 2160", err.toString().strip());
  }

  @Test
  void configurationThatIsNotThereIsTwo() {
    assertEquals(2, run("run", "--config", directory.resolve("none.yaml").toString()));

    assertTrue(err.toString().startsWith("tidecast: --config: "), err.toString());
  }

  @Test
  void configurationThatIsNoTextIsTwo() throws IOException {
    Path latin = directory.resolve("latin.yaml");
    Files.write(latin, "domain: Stra\u00dfe".getBytes(StandardCharsets.ISO_8859_1));

    assertEquals(2, run("run", "--config", latin.toString()));
    assertOneLine("latin.yaml; accepted: text in UTF-8");
    assertEquals(2, run("run", "--config", directory.toString()));
    assertOneLine("accepted: a file, not a directory");
  }

  @Test
  void resultsThatCannotBeWrittenAreToldBeforeTheWork() throws IOException {
    String config = file(CONFIG.formatted("127.0.0.1:1"));
    String within = Path.of(config).resolve("results").toString();

    assertEquals(2, run("backtest", "--config", config, "--json", within));
    assertOneLine("accepted: a directory that can be written to");
    assertEquals(2, run("backtest", "--config", config, "--plot", within));
    assertOneLine("--plot: " + within + "; accepted: a directory that can be written to");
    assertEquals(2, run("forecast", "--config", config, "--out", directory.toString()));
    assertOneLine("--out: " + directory + "; accepted: a file that can be written");
    assertEquals(2, run("train", "--config", config, "--out", config));
    assertOneLine("--out: " + config + "; accepted: a directory that can be written to");
  }

  @Test
  void anAddressOfAnotherMachineIsToldFromAPortThatIsTaken() throws IOException {
    String config = file(CONFIG.formatted("127.0.0.1:1"));

    assertEquals(2, run("serve", "--config", config, "--address", "192.0.2.1", "--port", "0"));
    assertOneLine("--address: 192.0.2.1; accepted: one of this machine's own");
  }

  @Test
  void brokerThatIsNotThereIsOneAndNamed() throws IOException {
    assertEquals(1, run("run", "--config", file(CONFIG.formatted("127.0.0.1:1"))));

    assertTrue(err.toString().contains("\ntidecast: "), err.toString());
    assertTrue(err.toString().contains(" 127.0.0.1:1 (kafka.bootstrapServers): "), err.toString());
  }

  @Test
  void speedThatIsNoneIsTwo() throws IOException {
    String config = file(CONFIG.formatted("127.0.0.1:1") + "feed: {type: generated-weather}\n");

    assertEquals(2, run("feed", "--config", config, "--speed", "fast"));

    assertTrue(err.toString().contains("fast"), err.toString());
    assertTrue(err.toString().contains("accepted: "), err.toString());
  }

  @Test
  void aProcessOfSomebodyElseLivesOnAndIsToldWhatIsWrong() throws IOException {
    String config = file(CONFIG.formatted("127.0.0.1:1").replace("horizon: 24", "horizon: 0"));

    CommandFailedException failed =
        assertThrows(
            CommandFailedException.class,
            () -> Tidecast.main(new String[] {"run", "--config", config}));

    assertTrue(failed.getMessage().startsWith("tidecast: forecast.horizon"), failed::getMessage);
    assertThrows(CommandFailedException.class, () -> Tidecast.main(new String[] {"ran"}));
    assertDoesNotThrow(() -> Tidecast.main(new String[] {"--version"}));
  }

  @Test
  void commandLineKnowsItsCommands() {
    CommandLine line = Tidecast.commandLine();

    assertTrue(
        line.getSubcommands()
            .keySet()
            .containsAll(java.util.List.of("demo", "run", "feed", "store", "serve")));
  }
}
