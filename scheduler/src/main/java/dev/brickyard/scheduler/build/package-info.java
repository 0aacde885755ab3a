/**
 * What happens to a build: {@link dev.brickyard.scheduler.build.BuildLife} decides, as pure code,
 * what each fact leads to; {@link dev.brickyard.scheduler.build.Builds} keeps it in PostgreSQL, one
 * transaction for each fact, with the build's row locked.
 */
@NullMarked
package dev.brickyard.scheduler.build;

import org.jspecify.annotations.NullMarked;
