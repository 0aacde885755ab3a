/** The Markdown page made of the results. */
@NullMarked
package dev.brickyard.bench.report;

import org.jspecify.annotations.NullMarked;
