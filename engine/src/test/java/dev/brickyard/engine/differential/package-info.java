/**
 * The same Dockerfiles built by this engine and by the BuildKit inside Debian's Docker engine. Each
 * case is a text file under {@code cases}; what is compared is in {@code ImageFacts}.
 */
@NullMarked
package dev.brickyard.engine.differential;

import org.jspecify.annotations.NullMarked;
