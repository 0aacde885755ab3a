/**
 * Taking in a build: checks the request, stores the context, writes the submission, tells the
 * scheduler.
 */
@NullMarked
package dev.brickyard.api.submission;

import org.jspecify.annotations.NullMarked;
