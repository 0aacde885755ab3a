@NullMarked
package dev.brickyard.worker.job;

import org.jspecify.annotations.NullMarked;
