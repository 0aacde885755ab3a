/** The real services the api's tests run against, and a hand that plays the rest of the farm. */
@NullMarked
package dev.brickyard.api.testing;

import org.jspecify.annotations.NullMarked;
