/**
 * The farm's object store: the ports of the engine, build contexts and logs on S3. Packages by what
 * is stored; all of them stand on {@link dev.brickyard.storage.object.ObjectStore}.
 */
@NullMarked
package dev.brickyard.storage;

import org.jspecify.annotations.NullMarked;
