package dev.brickyard.cli.client;

import java.util.List;

/** A file to download, as the farm tells of it. */
public record OutputStatus(String name, String type, long size, String digest) {
  /** All of a build. */
  public record Listing(List<OutputStatus> outputs) {
    public Listing {
      outputs = List.copyOf(outputs);
    }
  }
}
