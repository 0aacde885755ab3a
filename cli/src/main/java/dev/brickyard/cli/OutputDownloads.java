package dev.brickyard.cli;

import dev.brickyard.cli.client.Download;
import dev.brickyard.cli.client.FarmClient;
import dev.brickyard.cli.client.OutputStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;

/** Fetches what a build left to be downloaded. */
final class OutputDownloads {
  private final FarmClient farm;
  private final PrintStream standardOutput;

  OutputDownloads(FarmClient farm, PrintStream standardOutput) {
    this.farm = farm;
    this.standardOutput = standardOutput;
  }

  /** Fetches all that was wanted. */
  void fetch(UUID build, List<WantedOutput> wanted) throws IOException {
    if (wanted.stream().allMatch(one -> one.name() == null)) {
      return;
    }
    List<OutputStatus> there = farm.outputs(build).outputs();
    for (WantedOutput one : wanted) {
      if (one.name() != null) {
        OutputStatus output =
            there.stream()
                .filter(status -> status.name().equals(one.name()))
                .findFirst()
                .orElseThrow(() -> new IOException("the farm has no " + one.name()));
        fetch(build, output, one);
      }
    }
  }

  private void fetch(UUID build, OutputStatus output, WantedOutput wanted) throws IOException {
    try (Download download = new Download(farm, build, output)) {
      Path path = wanted.path();
      switch (wanted.place()) {
        case FARM -> {}
        case STANDARD_OUTPUT -> {
          download.transferTo(standardOutput);
          standardOutput.flush();
        }
        case FILE -> write(download, required(path));
        case FOLDER -> new TreeUnpacker(required(path)).unpack(download);
      }
    }
  }

  private static Path required(@org.jspecify.annotations.Nullable Path path) {
    if (path == null) {
      throw new IllegalStateException("a file without a path");
    }
    return path;
  }

  /** Under another name until all of it is there. */
  private static void write(InputStream content, Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("destination " + file + " is a folder: name a file in it");
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".unfinished");
    try {
      Files.copy(content, unfinished, StandardCopyOption.REPLACE_EXISTING);
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
