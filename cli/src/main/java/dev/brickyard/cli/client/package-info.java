/** Talks to the farm's HTTP API: submitting, asking, following, and reconnecting. */
@NullMarked
package dev.brickyard.cli.client;

import org.jspecify.annotations.NullMarked;
