package dev.brickyard.bench.project;

import dev.brickyard.bench.BenchException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;

/**
 * A builder's own copy of a project. A change rewrites the number behind {@code bench-change:} in
 * one file, so that every builder gets the same changes.
 */
public final class Context {
  private static final Pattern MARK = Pattern.compile("bench-change: \\d+");

  private final Project project;
  private final Path folder;

  private Context(Project project, Path folder) {
    this.project = project;
    this.folder = folder;
  }

  /** Copies the project to a folder that does not exist yet. */
  public static Context copy(Project project, Path checkout, Path folder) throws IOException {
    Path source = project.folder(checkout);
    Files.walkFileTree(
        source,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(folder.resolve(source.relativize(from).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path from, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                from,
                folder.resolve(source.relativize(from).toString()),
                StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }
        });
    return new Context(project, folder);
  }

  /** Where it is. */
  public Path folder() {
    return folder;
  }

  /**
   * Makes the change.
   *
   * @param number other than that of any change before
   */
  public void apply(Change change, int number) throws IOException, BenchException {
    if (change == Change.NONE) {
      return;
    }
    Path file = folder.resolve(project.changed(change));
    String text = Files.readString(file);
    String changed = MARK.matcher(text).replaceFirst("bench-change: " + number);
    if (changed.equals(text)) {
      throw new BenchException(file + " has no line with \"bench-change: \" and another number");
    }
    Files.writeString(file, changed);
  }
}
