package dev.brickyard.engine;

import dev.brickyard.engine.cache.CacheUse;
import dev.brickyard.engine.context.BuildContext;
import java.util.Optional;

/**
 * A build context from elsewhere.
 *
 * @param files what there is
 * @param use what of the farm's cache it is
 * @param dockerfile the one file there is, when it is no archive and so must be a Dockerfile
 */
public record FetchedContext(BuildContext files, Optional<String> dockerfile, CacheUse use) {}
