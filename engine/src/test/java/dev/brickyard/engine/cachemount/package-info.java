/** Tests of cache mounts, and a store for them in memory. */
@org.jspecify.annotations.NullMarked
package dev.brickyard.engine.cachemount;
