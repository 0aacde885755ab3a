/** SSH keys, and an agent that signs with them for one process without showing them to it. */
@NullMarked
package dev.brickyard.engine.ssh;

import org.jspecify.annotations.NullMarked;
