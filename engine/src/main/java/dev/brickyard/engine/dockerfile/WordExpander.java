package dev.brickyard.engine.dockerfile;

/** Expands one word in whatever environment the caller has in mind. */
@FunctionalInterface
public interface WordExpander {
  String expand(String word) throws ExpansionException;
}
