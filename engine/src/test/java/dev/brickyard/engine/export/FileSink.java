package dev.brickyard.engine.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes an export to a file that appears when it is complete. */
public record FileSink(Path file) implements ExportSink {
  @Override
  public ExportStream begin() throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished));
    return new ExportStream() {
      @Override
      public void write(int b) throws IOException {
        out.write(b);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void complete() throws IOException {
        out.close();
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
      }

      @Override
      public void close() throws IOException {
        out.close();
        Files.deleteIfExists(unfinished);
      }
    };
  }
}
