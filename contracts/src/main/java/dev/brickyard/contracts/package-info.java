/**
 * What the services say to each other: Kafka records, the internal claim protocol, error codes.
 * Plain records, written as JSON; every Kafka record carries {@code schemaVersion} and readers
 * ignore fields they do not know.
 */
@NullMarked
package dev.brickyard.contracts;

import org.jspecify.annotations.NullMarked;
