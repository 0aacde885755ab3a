package dev.brickyard.yard.service;

import dev.brickyard.yard.YardException;
import dev.brickyard.yard.configuration.Secrets;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.process.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The object store: s3proxy, which keeps objects as files. */
final class S3Service implements Service {
  private final YardConfiguration configuration;
  private final Secrets secrets;
  private final Path home;

  S3Service(YardConfiguration configuration, Secrets secrets) {
    this.configuration = configuration;
    this.secrets = secrets;
    this.home = configuration.data().resolve("s3");
  }

  @Override
  public ServiceName name() {
    return ServiceName.S3;
  }

  @Override
  public Map<String, Integer> ports() {
    return Map.of("s3", port());
  }

  @Override
  public List<ServiceName> needs() {
    return List.of();
  }

  @Override
  public Launch prepare() throws IOException, YardException {
    Path objects = Files.createDirectories(home.resolve("objects"));
    Path properties = home.resolve("s3proxy.properties");
    PrivateFile.write(
        properties,
        """
        s3proxy.endpoint=%s
        s3proxy.authorization=aws-v4
        s3proxy.identity=%s
        s3proxy.credential=%s
        s3proxy.jetty.max-threads=64
        jclouds.provider=filesystem-nio2
        jclouds.identity=unused
        jclouds.credential=unused
        jclouds.filesystem.basedir=%s
        """
            .formatted(
                endpoint(configuration), secrets.s3AccessKey(), secrets.s3SecretKey(), objects));
    return new Launch(
        JavaCommand.mainClass(
            List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                // It turns System.err into a logger, which must not log to System.err.
                "-Dorg.slf4j.simpleLogger.logFile=System.out",
                "-Dorg.slf4j.simpleLogger.cacheOutputStream=true",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss,SSS",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
            configuration.built("deploy/target/yard/s3proxy"),
            "org.gaul.s3proxy.Main",
            List.of("--properties", properties.toString())),
        Map.of(),
        home);
  }

  @Override
  public Optional<String> ailment() throws InterruptedException {
    return Http.ailment(configuration.network().of(name()), port(), "/healthz");
  }

  /** What S3 clients connect to. */
  static String endpoint(YardConfiguration configuration) {
    return "http://"
        + configuration.network().address()
        + ":"
        + configuration.ports().of(ServiceName.S3);
  }

  private int port() {
    return configuration.ports().of(ServiceName.S3);
  }
}
