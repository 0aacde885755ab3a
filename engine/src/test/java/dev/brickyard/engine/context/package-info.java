/** Tests of receiving, filtering and reading build contexts. */
@NullMarked
package dev.brickyard.engine.context;

import org.jspecify.annotations.NullMarked;
