package dev.brickyard.contracts.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Utils;

/**
 * The main class of {@link KafkaBroker}'s child: formats the data folder when it is new, then runs
 * Kafka, both in one JVM because two would take a second longer to start.
 */
final class FormatAndRunKafka {
  private FormatAndRunKafka() {}

  /** Arguments: the properties file, the process to die with. */
  public static void main(String[] arguments) throws Exception {
    ProcessHandle.of(Long.parseLong(arguments[1]))
        .orElseThrow()
        .onExit()
        .thenRun(() -> Runtime.getRuntime().halt(1));
    String configuration = arguments[0];
    Properties properties = Utils.loadProps(configuration);
    Path data = Path.of(properties.getProperty("log.dirs"));
    if (!Files.exists(data.resolve("meta.properties"))) {
      String[] format = {"format", "-t", Uuid.randomUuid().toString(), "-c", configuration};
      int status = StorageTool.execute(format, System.out);
      if (status != 0) {
        System.exit(status);
      }
    }
    Kafka.main(new String[] {configuration});
  }
}
