package dev.brickyard.storage.object;

import java.time.Instant;

/** An upload in parts that was begun and not brought to an end; its parts take room. */
public record UnfinishedUpload(MultipartUpload upload, Instant begunAt) {}
