package dev.brickyard.contracts;

import org.jspecify.annotations.Nullable;

/**
 * What is to be said about how an image was built.
 *
 * @param mode {@code min} or {@code max}
 * @param version of SLSA's schema: {@code v0.2} or {@code v1}
 * @param builderId who is named as the builder; the farm when null
 */
public record ProvenanceRequest(String mode, String version, @Nullable String builderId) {}
