/**
 * Turns a Dockerfile and a build context into an OCI image: {@link
 * dev.brickyard.engine.BuildEngine} is the only entry. A plain library: it knows no Kafka, SQL, S3
 * or Quarkus, only the ports in {@code cache} and {@code context}.
 */
@NullMarked
package dev.brickyard.engine;

import org.jspecify.annotations.NullMarked;
