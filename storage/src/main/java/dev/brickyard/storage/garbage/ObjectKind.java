package dev.brickyard.storage.garbage;

import java.util.Locale;

/** What an object of the bucket is; decides alone by which rule it is kept. */
public enum ObjectKind {
  /** {@code blobs/}: compressed layers, configs, manifests. */
  BLOB,
  /** {@code layers/}: indexes of layers. */
  INDEX,
  /** {@code roots/}: layers in the form that is mounted. */
  ROOT,
  /** {@code steps/}: step records. */
  RECORD,
  /** {@code uses/}: use records. */
  USE,
  /** {@code contexts/}: build contexts. */
  CONTEXT,
  /** {@code logs/}: logs of attempts. */
  LOG,
  /** {@code outputs/}: what builds leave to be downloaded. */
  OUTPUT,
  /** {@code explanations/}: what builds were made of, to say why the next one missed. */
  EXPLANATION,
  /** {@code mounts/}: saved cache mounts. */
  MOUNT,
  /** {@code uploads/} and unfinished multipart uploads: what was begun and never ended. */
  UPLOAD;

  /** As it is written in figures: lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
