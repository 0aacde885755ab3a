/**
 * Dockerfile text to sealed instructions with source ranges: lexer, parser, word expansion. Pure:
 * no I/O.
 */
@NullMarked
package dev.brickyard.engine.dockerfile;

import org.jspecify.annotations.NullMarked;
