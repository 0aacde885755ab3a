package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.source.HttpDownloads;
import dev.brickyard.engine.source.HttpDownloads.Answer;
import dev.brickyard.engine.source.RemoteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file over HTTP, as the one file of a layer. What it is, is the digest of its content: with a
 * checksum that is known without asking; else the server is asked, and says by an entity tag
 * whether it still has what the farm has.
 */
final class HttpFetch extends Fetch {
  /** Of a file that only its owner may read, as BuildKit makes it. */
  private static final int MODE = 0600;

  /** What a record's description, which is for people, says in its second line. */
  private static final String ETAG = "\nETag: ";

  private final Workshop workshop;
  private final SourceLayers layers;
  private final HttpDownloads downloads;
  private final RemoteSource.Http source;
  private final ImagePath name;
  private volatile @Nullable Digest content;

  HttpFetch(
      Workshop workshop,
      SourceLayers layers,
      HttpDownloads downloads,
      FileSteps files,
      RemoteSource.Http source) {
    super(files);
    this.workshop = workshop;
    this.layers = layers;
    this.downloads = downloads;
    this.source = source;
    this.name = new ImagePath(source.fileName());
  }

  @Override
  Digest resolve() throws Exception {
    if (source.checksum().isPresent()) {
      Digest wanted = source.checksum().get();
      content = wanted;
      return key(wanted);
    }
    Digest digest = ask();
    content = digest;
    return key(digest);
  }

  private Digest key(Digest digest) {
    return new KeyBuilder("http-content").add(source.fileName()).add(digest).build();
  }

  private Digest addressKey() {
    return new KeyBuilder("http-address").add(source.url()).add(source.fileName()).build();
  }

  /** Asks the server what it has; what is new comes with the answer. */
  private Digest ask() throws Exception {
    Optional<StepRecord> known = layers.find(addressKey());
    Optional<Digest> had = Optional.empty();
    Optional<String> etag = known.flatMap(found -> etag(found.description()));
    if (known.isPresent() && etag.isPresent()) {
      had = digestOf(known.get().layer());
    }
    Instant began = workshop.settings().clock().instant();
    progress().started();
    StepOutcome outcome = StepOutcome.FAILED;
    try {
      Answer answer = get(had.isPresent() ? etag : Optional.empty());
      outcome = answer instanceof Answer.Unchanged ? StepOutcome.CACHED : StepOutcome.DONE;
      return switch (answer) {
        case Answer.Unchanged unchanged -> {
          fetched(known.orElseThrow().layer());
          yield had.orElseThrow();
        }
        case Answer.Received received -> {
          fetched(keep(received, began));
          yield received.digest();
        }
      };
    } catch (InterruptedException e) {
      outcome = StepOutcome.CANCELED;
      throw e;
    } finally {
      progress().ended(outcome);
    }
  }

  /** Without the index of its layer nothing is known of a record's content. */
  private Optional<Digest> digestOf(Layer layer) throws IOException, InterruptedException {
    try {
      return workshop.indexes().of(layer).find(name).flatMap(LayerEntry::digest);
    } catch (IOException e) {
      if (LostLayerException.in(e).isEmpty()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  @Override
  Layer fetch() throws Exception {
    Digest wanted = content;
    if (wanted == null) {
      throw new IllegalStateException(source.shown() + " was not resolved");
    }
    Optional<StepRecord> known = layers.find(key(wanted));
    if (known.isPresent()) {
      return known.get().layer();
    }
    Instant began = workshop.settings().clock().instant();
    return told(
        () -> {
          Answer answer = get(Optional.empty());
          if (!(answer instanceof Answer.Received received)) {
            throw new IOException(source.shown() + " has not changed, which was not asked");
          }
          if (!received.digest().equals(wanted)) {
            Files.deleteIfExists(received.file());
            throw BuildFailure.user(
                "checksum-mismatch",
                "digest mismatch for "
                    + source.shown()
                    + ": "
                    + received.digest()
                    + " (expected: "
                    + wanted
                    + ")");
          }
          return keep(received, began);
        });
  }

  private Answer get(Optional<String> etag) throws BuildFailure, IOException, InterruptedException {
    return downloads.get(source, etag, workshop.sources(), progress()::received);
  }

  private Layer keep(Answer.Received received, Instant began)
      throws BuildFailure, IOException, InterruptedException {
    List<Digest> keys = new ArrayList<>(List.of(key(received.digest())));
    if (received.etag().isPresent()) {
      keys.add(addressKey());
    }
    LayerEntry file =
        LayerEntry.file(
            name,
            MODE,
            0,
            0,
            received.lastModified().orElse(Instant.EPOCH).getEpochSecond(),
            received.size(),
            received.digest());
    try {
      return layers.keep(
          List.of(file),
          _ -> () -> Files.newInputStream(received.file()),
          keys,
          source.shown() + received.etag().map(etag -> ETAG + etag).orElse(""),
          began);
    } finally {
      Files.deleteIfExists(received.file());
    }
  }

  private static Optional<String> etag(String description) {
    int at = description.indexOf(ETAG);
    return at < 0 ? Optional.empty() : Optional.of(description.substring(at + ETAG.length()));
  }
}
