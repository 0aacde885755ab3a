/**
 * A built image as files: archives of the OCI image layout and for {@code docker load}, flattened
 * file trees, what was said about the image beside it. Everything is streamed.
 */
@NullMarked
package dev.brickyard.engine.export;

import org.jspecify.annotations.NullMarked;
