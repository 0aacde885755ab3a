/** Who builds: the farm and its peers, each started by the benchmark with a folder of its own. */
@NullMarked
package dev.brickyard.bench.builder;

import org.jspecify.annotations.NullMarked;
