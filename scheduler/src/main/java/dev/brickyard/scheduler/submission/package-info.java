/**
 * What the api accepted: looked at when it says so, and every now and then in case it could not.
 */
@NullMarked
package dev.brickyard.scheduler.submission;

import org.jspecify.annotations.NullMarked;
