/**
 * Events and logs as they happen: one shared reader per topic fans out to any number of followers,
 * and catch-up reads bring each follower to where the shared reader is.
 */
@NullMarked
package dev.brickyard.api.follow;

import org.jspecify.annotations.NullMarked;
