/** Real Kafka and PostgreSQL servers for the tests of every module that talks to them. */
@NullMarked
package dev.brickyard.contracts.testing;

import org.jspecify.annotations.NullMarked;
