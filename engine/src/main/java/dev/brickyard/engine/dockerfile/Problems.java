package dev.brickyard.engine.dockerfile;

/** Makes the exceptions of one file. */
record Problems(String fileName, String text) {
  DockerfileException syntax(String sentence, SourceRange range) {
    return of("dockerfile-syntax", sentence, range);
  }

  DockerfileException of(String code, String sentence, SourceRange range) {
    return new DockerfileException(code, sentence, fileName, range, Excerpt.of(text, range));
  }
}
