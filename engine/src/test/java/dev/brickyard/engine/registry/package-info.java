/**
 * Tests of the registry client, and {@code TestRegistry}, a real registry for everybody's tests.
 */
@NullMarked
package dev.brickyard.engine.registry;

import org.jspecify.annotations.NullMarked;
