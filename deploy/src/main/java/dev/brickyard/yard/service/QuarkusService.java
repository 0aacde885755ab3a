package dev.brickyard.yard.service;

import dev.brickyard.yard.YardException;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.process.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One of the farm's own services, as in production: its built jar, told where everything is through
 * its configuration. Quarkus reads {@code config/application.properties} in the folder it runs in.
 *
 * @param module of the project, whose build is run
 * @param needs what must work before it can start
 * @param settings its configuration, without the HTTP port
 */
record QuarkusService(
    YardConfiguration configuration,
    ServiceName name,
    String module,
    List<ServiceName> needs,
    Map<String, String> settings,
    List<String> javaOptions,
    Duration grace)
    implements Service {

  @Override
  public Map<String, Integer> ports() {
    return Map.of(name.value(), port());
  }

  @Override
  public Launch prepare() throws IOException, YardException {
    Path home = configuration.data().resolve(name.value());
    Files.createDirectories(home.resolve("config"));
    Map<String, String> all = new TreeMap<>(settings);
    all.put("quarkus.http.host", configuration.network().of(name));
    all.put("quarkus.http.port", Integer.toString(port()));
    all.put("quarkus.banner.enabled", "false");
    StringBuilder text = new StringBuilder();
    all.forEach((key, value) -> text.append(key).append('=').append(escaped(value)).append('\n'));
    PrivateFile.write(home.resolve("config/application.properties"), text.toString());

    List<String> options = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC"));
    options.add("-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("tmp")));
    options.addAll(javaOptions);
    List<String> command = new ArrayList<>();
    if (name.workerNumber() > 0 && configuration.network().workerNamespace().isPresent()) {
      // Not `ip netns exec`: that hides the control groups behind a new /sys.
      command.add(Tool.require("nsenter", "util-linux").toString());
      command.add("--net=/run/netns/" + configuration.network().workerNamespace().get());
    }
    command.addAll(
        JavaCommand.jar(
            options, configuration.built(module + "/target/quarkus-app/quarkus-run.jar")));
    return new Launch(command, Map.of(), home);
  }

  @Override
  public Optional<String> ailment() throws InterruptedException {
    return Http.ailment(configuration.network().of(name), port(), "/q/health/ready");
  }

  private int port() {
    return configuration.ports().of(name);
  }

  /** For a properties file that is then read by SmallRye, which expands {@code ${…}}. */
  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("$", "\\\\$");
  }
}
