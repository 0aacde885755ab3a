package dev.brickyard.engine.cachemount;

/** Some bytes of a chunk. */
public record Slice(Chunk chunk, int offset, int length) {
  public Slice {
    if (offset < 0 || length < 1 || length > chunk.size() - offset) {
      throw new IllegalArgumentException("a slice must lie within its chunk");
    }
  }
}
