package io.tidecast.job.cli;

import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.serve.LivePage;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidecast serve}: the live page over any Tidecast database. */
@Command(
    name = "serve",
    description = "Serves the live page over the database of a configuration.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: tidecast serve --config conf/weather.yaml --port 8080"})
public final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigOption file;

  @Option(names = "--port", defaultValue = "8080", description = "default: ${DEFAULT-VALUE}")
  private int port;

  @Option(
      names = "--address",
      defaultValue = "127.0.0.1",
      description = "interface to listen on; default: ${DEFAULT-VALUE}, this machine only")
  private InetAddress address;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "name by which others reach the page, beside localhost; may be repeated")
  private Set<String> names = Set.of();

  @Override
  public Integer call() throws Exception {
    JobConfig config = file.job();
    PostgresConfig reader = config.postgres().reader();
    try (LivePage page = LivePage.start(reader, config.domain(), address, port, names)) {
      say("Live page: " + page.uri());
      CleanStop.saying(() -> say("stopped"));
      new CountDownLatch(1).await(); // until the process is ended
    } catch (BindException e) {
      throw new IllegalArgumentException(refusal(), e);
    }
    return 0;
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  /** Why nothing can listen there. */
  private String refusal() throws SocketException {
    return NetworkInterface.getByInetAddress(address) == null && !address.isAnyLocalAddress()
        ? "--address: " + address.getHostAddress() + "; accepted: one of this machine's own"
        : "--port: " + port + " is taken; accepted: a free port, or 0 for any";
  }
}
