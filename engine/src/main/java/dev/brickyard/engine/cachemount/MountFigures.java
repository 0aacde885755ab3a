package dev.brickyard.engine.cachemount;

/**
 * What this worker's cache mounts cost and gave since it started.
 *
 * @param restoredFiles files written to this disk from the store
 * @param restoredBytes plain bytes of the chunks fetched for them
 * @param restoredChunks requests for chunks that were answered
 * @param lostFiles files that the store had no good bytes for
 * @param savedGenerations generations added to the store
 * @param savedBytes plain bytes of new chunks
 * @param savedChunks new chunks
 * @param failures restores and saves that could not be completed
 */
public record MountFigures(
    long restoredFiles,
    long restoredBytes,
    long restoredChunks,
    long lostFiles,
    long savedGenerations,
    long savedBytes,
    long savedChunks,
    long failures) {
  static final MountFigures NONE = new MountFigures(0, 0, 0, 0, 0, 0, 0, 0);

  MountFigures plus(MountUpdate.Updated updated) {
    return new MountFigures(
        restoredFiles + updated.files(),
        restoredBytes + updated.bytes(),
        restoredChunks + updated.chunks(),
        lostFiles + updated.lost(),
        savedGenerations,
        savedBytes,
        savedChunks,
        failures + (updated.complete() ? 0 : 1));
  }

  MountFigures plus(MountSave.Saved saved) {
    return new MountFigures(
        restoredFiles,
        restoredBytes,
        restoredChunks,
        lostFiles,
        savedGenerations + (saved.generation().isPresent() ? 1 : 0),
        savedBytes + saved.bytes(),
        savedChunks + saved.chunks(),
        failures);
  }

  MountFigures plusFailure() {
    return new MountFigures(
        restoredFiles,
        restoredBytes,
        restoredChunks,
        lostFiles,
        savedGenerations,
        savedBytes,
        savedChunks,
        failures + 1);
  }
}
