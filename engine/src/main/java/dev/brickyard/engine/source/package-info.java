/**
 * Sources that are fetched from elsewhere: files over HTTP and commits of Git repositories. Here
 * stands how an address is read, what may be reached, and how it is fetched; what becomes of it is
 * decided by who asks.
 */
@NullMarked
package dev.brickyard.engine.source;

import org.jspecify.annotations.NullMarked;
