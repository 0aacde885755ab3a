package dev.brickyard.engine.dockerfile;

/**
 * A here-document of RUN, COPY or ADD.
 *
 * @param name its delimiter without quotes; for COPY and ADD the name of the file
 * @param content the body, every line ended by a newline; leading tabs are gone already when it was
 *     written with {@code <<-}
 * @param expand false when the delimiter was quoted: variables in the body stay as they are
 * @param chomp true when written with {@code <<-}
 * @param fileDescriptor the number before {@code <<}; 0 when there is none
 */
public record Heredoc(
    String name, String content, boolean expand, boolean chomp, int fileDescriptor) {}
