/** Use records: small immutable objects that say which part of the cache a job used, and when. */
@NullMarked
package dev.brickyard.storage.use;

import org.jspecify.annotations.NullMarked;
