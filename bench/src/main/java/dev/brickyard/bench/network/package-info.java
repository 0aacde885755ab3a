/** What lies between builders and registry: nothing, or a slow line made of TUN devices. */
@NullMarked
package dev.brickyard.bench.network;

import org.jspecify.annotations.NullMarked;
