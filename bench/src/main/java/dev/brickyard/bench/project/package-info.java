/** What is built: the projects, the cases, and how a context is changed between builds. */
@NullMarked
package dev.brickyard.bench.project;

import org.jspecify.annotations.NullMarked;
