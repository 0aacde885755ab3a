package dev.brickyard.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogStoreIT {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");
  private static S3Server server;
  private static S3ObjectStore objects;
  private static LogStore logs;

  @TempDir Path folder;
  private final UUID build = UUID.randomUUID();
  private final UUID job = UUID.randomUUID();

  @BeforeAll
  static void start() {
    server = S3Server.start();
    objects = new S3ObjectStore(server.settings("logs"));
    logs = new LogStore(objects);
  }

  @AfterAll
  static void stop() {
    objects.close();
    server.close();
  }

  @Test
  void everyByteComesBack() throws IOException {
    byte[] anything = new byte[256];
    for (int i = 0; i < anything.length; i++) {
      anything[i] = (byte) i;
    }
    List<LogEntry> entries =
        List.of(
            new LogEntry(
                "build-1", false, AT, "grüße\n\"x\"\r\u0000".getBytes(StandardCharsets.UTF_8)),
            new LogEntry("build-2", true, AT, anything),
            new LogEntry("build-1", false, AT, new byte[0]));
    store(1, entries);

    List<LogEntry> read = read(1);
    assertThat(read).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(read.get(i).step()).isEqualTo(entries.get(i).step());
      assertThat(read.get(i).stderr()).isEqualTo(entries.get(i).stderr());
      assertThat(read.get(i).at()).isEqualTo(AT);
      assertThat(read.get(i).bytes()).isEqualTo(entries.get(i).bytes());
    }
  }

  @Test
  void logOfAnAttemptIsWrittenOnceAndLeavesNoFile() throws IOException {
    store(1, List.of(new LogEntry("a", false, AT, new byte[] {'1'})));
    store(1, List.of(new LogEntry("b", false, AT, new byte[] {'2'})));
    store(2, List.of());

    assertThat(read(1)).extracting(LogEntry::step).containsExactly("a");
    assertThat(read(2)).isEmpty();
    assertThat(logs.list(build))
        .extracting(StoredLog::attempt, StoredLog::jobId)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, job),
            org.assertj.core.groups.Tuple.tuple(2, job));
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void missingAndDamagedLogsAreTold() throws IOException {
    assertThat(logs.list(build)).isEmpty();
    assertThatThrownBy(() -> read(9)).isInstanceOf(ObjectNotFoundException.class);

    store(1, List.of(new LogEntry("a", false, AT, new byte[100_000])));
    Path file = server.file("logs", "logs/" + build + "/" + job + "-1.zst");
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 0x55;
    Files.write(file, java.util.Arrays.copyOf(content, content.length - 3));
    assertThatThrownBy(() -> read(1)).isInstanceOf(IOException.class);
  }

  private void store(int attempt, List<LogEntry> entries) throws IOException {
    try (LogSpool spool = new LogSpool(folder)) {
      for (LogEntry entry : entries) {
        spool.add(entry);
      }
      logs.store(build, job, attempt, spool);
    }
  }

  private List<LogEntry> read(int attempt) throws IOException {
    List<LogEntry> entries = new ArrayList<>();
    try (LogReader reader = logs.open(build, job, attempt)) {
      Optional<LogEntry> entry = reader.next();
      while (entry.isPresent()) {
        entries.add(entry.get());
        entry = reader.next();
      }
    }
    return entries;
  }
}
