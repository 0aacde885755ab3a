/** The few Linux system calls Java lacks, through the foreign-function API, with typed errors. */
@NullMarked
package dev.brickyard.engine.linux;

import org.jspecify.annotations.NullMarked;
