/**
 * Build checks: what is legal in a Dockerfile but probably not meant, as the rules of BuildKit's
 * linter. The rules themselves are data; when each is broken is found out by going through the file
 * once, and once more through the stages that a target needs.
 */
@NullMarked
package dev.brickyard.engine.lint;

import org.jspecify.annotations.NullMarked;
