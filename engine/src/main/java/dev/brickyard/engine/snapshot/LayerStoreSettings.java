package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.cache.LayerImageStore;

/**
 * How a {@link LayerStore} works.
 *
 * @param images the farm's layer images
 * @param imageFromBytes layers whose blobs are smaller are unpacked into directories, and get no
 *     image: there an image saves nothing
 */
public record LayerStoreSettings(LayerImageStore images, DiskBudget budget, long imageFromBytes) {
  /** Where an image begins to be quicker than unpacking. */
  public static final long IMAGE_FROM_BYTES = 256 << 10;

  /** No images from the store, and all of the disk. */
  public static final LayerStoreSettings ALONE =
      new LayerStoreSettings(LayerImageStore.NONE, DiskBudget.WHOLE_DISK, IMAGE_FROM_BYTES);
}
