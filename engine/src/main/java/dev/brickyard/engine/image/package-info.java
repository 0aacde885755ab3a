/**
 * OCI value types (digests, references, platforms, descriptors) and documents (config, manifest,
 * index), following the OCI image specification.
 */
@NullMarked
package dev.brickyard.engine.image;

import org.jspecify.annotations.NullMarked;
