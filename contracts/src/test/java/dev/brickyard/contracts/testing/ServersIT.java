package dev.brickyard.contracts.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

/** The fixtures themselves: up, working, and gone afterwards. */
class ServersIT {
  @Test
  void kafkaKeepsItsDataOverAKill() throws Exception {
    long start = System.nanoTime();
    String address;
    try (KafkaBroker broker = KafkaBroker.start()) {
      System.out.println("Kafka up in " + (System.nanoTime() - start) / 1_000_000 + " ms");
      address = broker.bootstrapServers();
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
        admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1))).all().get();
      }
      broker.restart();
      assertThat(topics(address)).contains("kept");
    }
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void postgresIsARecentOneAndAnswers() throws Exception {
    long start = System.nanoTime();
    try (PostgresServer server = PostgresServer.start()) {
      System.out.println("PostgreSQL up in " + (System.nanoTime() - start) / 1_000_000 + " ms");
      try (var connection =
              DriverManager.getConnection(server.jdbcUrl(), server.username(), server.password());
          var statement = connection.createStatement();
          var result = statement.executeQuery("show server_version")) {
        assertThat(result.next()).isTrue();
        assertThat(result.getString(1)).startsWith("18.");
      }
    }
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  private static Set<String> topics(String address) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      return admin.listTopics().names().get(30, TimeUnit.SECONDS);
    }
  }
}
