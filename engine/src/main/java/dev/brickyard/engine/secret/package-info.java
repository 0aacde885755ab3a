/**
 * What a build may know but nobody else: its secrets, and what keeps them out of logs and disks.
 */
@NullMarked
package dev.brickyard.engine.secret;

import org.jspecify.annotations.NullMarked;
