/**
 * Speaks the OCI distribution protocol: resolve, pull, push, cross-repository mounts, credentials,
 * mirrors.
 */
@NullMarked
package dev.brickyard.engine.registry;

import org.jspecify.annotations.NullMarked;
