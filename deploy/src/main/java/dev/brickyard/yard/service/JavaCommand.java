package dev.brickyard.yard.service;

import dev.brickyard.yard.YardException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Command lines of child JVMs; they run on the launcher's own JDK. */
final class JavaCommand {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();

  private JavaCommand() {}

  /** {@code java OPTIONS -cp JARS MAIN ARGUMENTS}, with all jars of a folder. */
  static List<String> mainClass(
      List<String> options, Path jars, String mainClass, List<String> arguments)
      throws IOException, YardException {
    if (!Files.isDirectory(jars)) {
      throw new YardException(jars + " is missing: build the project with mvn package");
    }
    List<String> command = new ArrayList<>();
    command.add(JAVA);
    command.addAll(options);
    command.add("-cp");
    try (Stream<Path> files = Files.list(jars)) {
      command.add(
          files
              .map(Path::toString)
              .filter(name -> name.endsWith(".jar"))
              .sorted()
              .collect(Collectors.joining(":")));
    }
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  /** {@code java OPTIONS -jar JAR}. */
  static List<String> jar(List<String> options, Path jar) throws YardException {
    if (!Files.isRegularFile(jar)) {
      throw new YardException(jar + " is missing: build the project with mvn package");
    }
    List<String> command = new ArrayList<>();
    command.add(JAVA);
    command.addAll(options);
    command.add("-jar");
    command.add(jar.toString());
    return command;
  }
}
