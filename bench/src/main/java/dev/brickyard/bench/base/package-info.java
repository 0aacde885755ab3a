/** The base images the projects start from, made once of Debian's packages. */
@NullMarked
package dev.brickyard.bench.base;

import org.jspecify.annotations.NullMarked;
