/** Everything that goes wrong, told to clients as RFC 9457 problem documents. */
@NullMarked
package dev.brickyard.api.problem;

import org.jspecify.annotations.NullMarked;
