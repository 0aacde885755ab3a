package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;
import dev.brickyard.yard.configuration.Secrets;
import dev.brickyard.yard.configuration.ServiceName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets reach RUN, and nothing else: after the build they are found nowhere in the farm. */
class SecretsE2eIT extends FarmE2e {
  /** Beyond this a file is one of a base image, which no build's secret can be in. */
  private static final long LARGEST = 64 << 20;

  @TempDir Path folder;

  private final String salt = UUID.randomUUID().toString();
  private final String value = "hush" + salt.replace("-", "");

  private String dockerfile() {
    return """
        FROM busybox
        ENV SALT=%s
        RUN --mount=type=secret,id=token --mount=type=secret,id=variable,env=TOKEN \\
            sha256sum < /run/secrets/token && echo "it is $TOKEN" && cat /run/secrets/token >&2
        RUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo an agent is there
        RUN ls /run /run/secrets; echo "[$TOKEN]"
        """
        .formatted(salt);
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void theCommandHandsThemOverAndNothingKeepsThem() throws Exception {
    Path context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), dockerfile());
    Path secret = Files.writeString(folder.resolve("secret"), value);
    String key = key();
    String said =
        command(
            Map.of("BRICKYARD_URL", yard.api().toString(), "VARIABLE", value),
            "build",
            "--progress=plain",
            "-t",
            yard.registry() + "/secrets/" + salt,
            "--secret",
            "id=token,src=" + secret,
            "--secret",
            "id=variable,env=VARIABLE",
            "--ssh",
            "default=" + folder.resolve("key"),
            context.toString());

    assertThat(said).contains(sha256(value)).contains("it is ***").contains("an agent is there");
    assertThat(said).doesNotContain(value);
    String id = newest();
    assertThat(farm.log(id)).contains("it is ***").contains("[]").doesNotContain(value);
    farm.await(() -> sealed(id) == 0, "the sealed secrets are deleted");
    assertNowhere(value, key);
  }

  @Test
  void aFormHandsThemOverAsWell() throws Exception {
    HttpResponse<String> answer =
        post(
            "tag=" + yard.registry() + "/secrets/" + salt,
            part("secret.token", value.getBytes(StandardCharsets.UTF_8)),
            part("secret.variable", value.getBytes(StandardCharsets.UTF_8)),
            part("ssh.default", key().getBytes(StandardCharsets.UTF_8)),
            part("context", ContextTar.of(dockerfile()).bytes()));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    JsonNode build = farm.awaitEnd(ApiClient.json(answer).get("id").asText());
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
    assertThat(farm.log(build.get("id").asText())).contains(sha256(value)).doesNotContain(value);
  }

  @Test
  void withoutThemARequiredOneIsMissed() {
    JsonNode build =
        farm.build(
            ContextTar.of(
                "FROM busybox\nENV SALT="
                    + salt
                    + "\n"
                    + "RUN --mount=type=secret,id=token,required cat /run/secrets/token\n"),
            "tag=" + yard.registry() + "/secrets/" + salt);
    assertThat(build.get("state").asText()).isEqualTo("FAILED");
    assertThat(build.toString()).contains("secret token: not found");
  }

  @Test
  void settingsOfRunReachIt() {
    JsonNode build =
        farm.build(
            ContextTar.of(
                "FROM busybox\nENV SALT="
                    + salt
                    + "\n"
                    + "RUN cat /etc/hosts; hostname; ulimit -n; cat /proc/net/dev\n"),
            "tag=" + yard.registry() + "/secrets/" + salt,
            "add-host=db=10.1.2.3",
            "ulimit=nofile=77:88",
            "shm-size=128m",
            "network=none");
    String log = farm.log(build.get("id").asText());
    assertThat(build.get("state").asText()).as(log).isEqualTo("SUCCEEDED");
    assertThat(log).contains("10.1.2.3\tdb").contains("buildkitsandbox").contains("77");
    assertThat(log).contains("lo:").doesNotContain("eth0:");
  }

  @Test
  void whatTheAdministratorHasNotAllowedIsRefused() {
    for (String line : List.of("RUN --network=host true", "RUN --security=insecure true")) {
      JsonNode build =
          farm.build(
              ContextTar.of("FROM busybox\n" + line + "\n"),
              "tag=" + yard.registry() + "/secrets/" + salt);
      assertThat(build.get("state").asText()).isEqualTo("FAILED");
      assertThat(build.toString())
          .contains(
              line.contains("host")
                  ? "network.host is not allowed"
                  : "security.insecure is not allowed");
    }
  }

  private String newest() {
    return farm.list("limit=1").getFirst().get("id").asText();
  }

  /** A private key; a line in its middle is as good as all of it to find it by. */
  private String key() throws Exception {
    Path file = folder.resolve("key");
    run(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.toString()), Map.of());
    return Files.readString(file);
  }

  private static String command(Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("dev.brickyard.cli.Brickyard");
    command.addAll(List.of(arguments));
    return run(command, environment);
  }

  private static String run(List<String> command, Map<String, String> environment)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private record Part(String name, byte[] content) {}

  private static Part part(String name, byte[] content) {
    return new Part(name, content);
  }

  private HttpResponse<String> post(String query, Part... parts) throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Part part : parts) {
      body.writeBytes(
          ("--cut\r\nContent-Disposition: form-data; name=\"" + part.name() + "\"\r\n\r\n")
              .getBytes(StandardCharsets.UTF_8));
      body.writeBytes(part.content());
      body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }
    body.writeBytes("--cut--\r\n".getBytes(StandardCharsets.UTF_8));
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(yard.api() + "/v1/builds?" + query))
              .header("Content-Type", "multipart/form-data; boundary=cut")
              .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
              .timeout(Duration.ofMinutes(1))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private int port(ServiceName service) {
    return yard.yard().configuration().ports().of(service);
  }

  private Connection database() throws Exception {
    Secrets secrets = Secrets.of(yard.data(), new SecureRandom());
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port(ServiceName.POSTGRES) + "/" + Secrets.DATABASE_USER,
        Secrets.DATABASE_USER,
        secrets.databasePassword());
  }

  private int sealed(String id) {
    try (Connection database = database();
        Statement statement = database.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*) from api.submission_secret where build_id = '" + id + "'")) {
      rows.next();
      return rows.getInt(1);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void assertNowhere(String secret, String key) throws Exception {
    List<String> needles = new ArrayList<>();
    for (String plain : List.of(secret, key.lines().toList().get(2))) {
      needles.add(plain);
      needles.add(HexFormat.of().formatHex(plain.getBytes(StandardCharsets.UTF_8)));
      // Base64 of it anywhere in something longer: without the ends, which depend on what is
      // beside.
      for (int shift = 0; shift < 3; shift++) {
        String encoded =
            Base64.getEncoder()
                .encodeToString((" ".repeat(shift) + plain).getBytes(StandardCharsets.UTF_8));
        needles.add(encoded.substring(4, encoded.length() - 4));
      }
    }
    assertThat(tablesWith(needles)).isEmpty();
    assertThat(topicsWith(needles)).isEmpty();
    assertThat(filesWith(needles)).isEmpty();
  }

  private static boolean holds(String text, List<String> needles) {
    return needles.stream().anyMatch(text::contains);
  }

  private List<String> tablesWith(List<String> needles) throws Exception {
    List<String> tables = new ArrayList<>();
    List<String> found = new ArrayList<>();
    try (Connection database = database();
        Statement statement = database.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery(
              "select table_schema || '.' || table_name from information_schema.tables"
                  + " where table_type = 'BASE TABLE' and table_schema in ('api', 'scheduler',"
                  + " 'public')")) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
      assertThat(tables).contains("api.submission", "scheduler.build", "api.submission_secret");
      for (String table : tables) {
        try (ResultSet rows = statement.executeQuery("select t::text from " + table + " t")) {
          while (rows.next()) {
            if (holds(rows.getString(1), needles)) {
              found.add(table);
            }
          }
        }
      }
    }
    return found;
  }

  private List<String> topicsWith(List<String> needles) {
    List<String> found = new ArrayList<>();
    int records = 0;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", "127.0.0.1:" + port(ServiceName.KAFKA)),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> all =
          consumer.listTopics().values().stream()
              .flatMap(List::stream)
              .filter(partition -> partition.topic().startsWith("brickyard"))
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      consumer.assign(all);
      consumer.seekToBeginning(all);
      while (all.stream().anyMatch(part -> consumer.position(part) < ends.get(part))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          records++;
          String text =
              record.value() == null ? "" : new String(record.value(), StandardCharsets.ISO_8859_1);
          if (holds(text, needles)) {
            found.add(record.topic() + " " + record.offset());
          }
        }
      }
    }
    assertThat(records).isGreaterThan(10);
    return found;
  }

  /** Objects, images, logs, the worker's disk and everything else the yard has written. */
  private List<Path> filesWith(List<String> needles) throws IOException {
    List<Path> found = new ArrayList<>();
    int packed = 0;
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        yard.data(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            // It was removed meanwhile.
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
    for (Path file : files) {
      try {
        if (Files.size(file) > LARGEST) {
          continue;
        }
        byte[] content = Files.readAllBytes(file);
        if (holds(new String(content, StandardCharsets.ISO_8859_1), needles)) {
          found.add(file);
        }
        byte[] unpacked = unpacked(content);
        if (unpacked.length > 0) {
          packed++;
          if (holds(new String(unpacked, StandardCharsets.ISO_8859_1), needles)) {
            found.add(file);
          }
        }
      } catch (NoSuchFileException e) {
        // It was removed meanwhile, by whoever wrote it.
        continue;
      }
    }
    assertThat(packed).as("layers, records and logs that were unpacked").isGreaterThan(3);
    return found;
  }

  private static byte[] unpacked(byte[] content) {
    boolean gzip = content.length > 2 && content[0] == 0x1f && (content[1] & 0xFF) == 0x8b;
    boolean zstd = content.length > 4 && content[0] == 0x28 && (content[1] & 0xFF) == 0xb5;
    if (!gzip && !zstd) {
      return new byte[0];
    }
    try (InputStream in =
        gzip
            ? new GZIPInputStream(new ByteArrayInputStream(content))
            : new ZstdInputStream(new ByteArrayInputStream(content))) {
      return in.readAllBytes();
    } catch (IOException e) {
      // Only the beginning of a packed file, or one of another kind that begins alike.
      return new byte[0];
    }
  }
}
