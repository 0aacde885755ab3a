package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.cache.CacheMountPolicy;
import dev.brickyard.engine.cache.StepLeases;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One cache mount on this disk: who uses it, when it is brought up to date and when it is saved.
 * Its home holds {@code content}, which builds see, the {@code state}, and files being fetched.
 */
final class MountDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(MountDirectory.class);

  /** A content that is not complete yet. */
  private static final String UNFINISHED = "unfinished";

  private final CacheMounts owner;
  private final MountKey key;
  private final Path home;
  private final boolean fork;

  private int users;
  private boolean exclusive;
  private boolean updating;
  private boolean removed;
  private boolean toSave;
  private long maxBytes;
  private @Nullable Thread saver;
  private final List<StepLeases.Granted> heldForSave = new ArrayList<>();
  private @Nullable MountState state;

  /**
   * @param fork true for one that is gone after its first use
   */
  MountDirectory(CacheMounts owner, MountKey key, Path home, boolean fork) {
    this.owner = owner;
    this.key = key;
    this.home = home;
    this.fork = fork;
  }

  /** A use of the directory. */
  record Use(boolean readOnly, CacheMountPolicy policy, Optional<StepLeases.Granted> lease) {}

  /** How an attempt to enter ended. */
  enum Entry {
    ENTERED,
    /** In use, and not to be shared. */
    BUSY,
    /** Evicted; there is, or will be, another one for the key. */
    REMOVED
  }

  Path content() {
    return home.resolve("content");
  }

  private Path stateFile() {
    return home.resolve("state");
  }

  /** Waits until the directory may be used so; the next thing to do is {@link #prepare}. */
  synchronized Entry enter(RunMount.Sharing sharing) throws InterruptedException {
    boolean shared = sharing == RunMount.Sharing.SHARED;
    if (sharing == RunMount.Sharing.PRIVATE && users > 0) {
      return Entry.BUSY;
    }
    while (!removed
        && (shared
            ? exclusive || updating
            : users > 0 || saver != null || !heldForSave.isEmpty())) {
      if (!shared && users == 0 && saver != null && heldForSave.isEmpty()) {
        // Nobody waits for a save, which begins again after this use; but for one that holds the
        // farm's lock, since the next holder, on any worker, shall find what it saves.
        saver.interrupt();
      }
      wait();
      if (sharing == RunMount.Sharing.PRIVATE && users > 0) {
        return Entry.BUSY;
      }
    }
    if (removed) {
      return Entry.REMOVED;
    }
    users++;
    exclusive = !shared;
    updating = users == 1 && saver == null;
    return Entry.ENTERED;
  }

  /**
   * Makes the directory if need be, and brings it up to date if nobody else uses it.
   *
   * @throws IOException when this disk cannot be used
   */
  void prepare(RunMount.Cache mount, CacheMountPolicy policy, CacheMountSeed seed)
      throws BuildFailure, IOException, InterruptedException {
    synchronized (this) {
      if (!updating) {
        return;
      }
    }
    try {
      make(mount, seed);
      if (policy.saved()) {
        update();
      }
    } finally {
      synchronized (this) {
        updating = false;
        notifyAll();
      }
    }
  }

  private void make(RunMount.Cache mount, CacheMountSeed seed)
      throws BuildFailure, IOException, InterruptedException {
    Files.createDirectories(home);
    if (Files.isDirectory(content())) {
      return;
    }
    try (Directory parent = Directory.open(home)) {
      Trees.delete(parent, UNFINISHED);
      parent.makeDirectory(UNFINISHED, 0700);
      parent.setOwner(UNFINISHED, mount.uid().orElse(0), mount.gid().orElse(0));
      parent.setMode(UNFINISHED, mount.mode().orElse(0755));
      seed.fill(home.resolve(UNFINISHED));
      parent.rename(UNFINISHED, parent, "content");
    }
    setState(MountState.EMPTY);
  }

  private MountState state() throws IOException {
    if (state == null) {
      state = MountState.load(stateFile());
    }
    return state;
  }

  private void setState(MountState fresh) throws IOException {
    state = fresh;
    fresh.store(stateFile());
  }

  private void update() throws InterruptedException {
    try {
      MountState before = state();
      MountVersion latest = MountVersion.latest(owner.store(), key);
      if (before.version().equals(Optional.of(latest))) {
        return;
      }
      if (isOlder(latest, before)) {
        // The store lost its memory: everything here is worth saving again.
        setState(MountState.EMPTY);
        toSave = true;
        return;
      }
      if (!latest.exists()) {
        return;
      }
      Optional<MountGeneration> generation =
          owner.store().find(new MountKey(latest.scope(), key.mount()), latest.number());
      if (generation.isEmpty()) {
        LOG.warn("the cache mount {} is gone or damaged in the store: {}", key, latest);
        owner.failed();
        return;
      }
      long start = System.nanoTime();
      MountUpdate.Updated updated =
          new MountUpdate(owner.store(), key, content(), home.resolve("staging"))
              .run(generation.get(), latest, before);
      setState(updated.state());
      owner.updated(updated);
      LOG.info(
          "cache mount {} brought to generation {}: {} files, {} bytes in {} chunks, {} ms",
          key,
          latest.number(),
          updated.files(),
          updated.bytes(),
          updated.chunks(),
          (System.nanoTime() - start) / 1_000_000);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw interrupted(e);
      }
      LOG.warn("the cache mount {} stays as this worker has it: {}", key, e.toString());
      owner.failed();
    }
  }

  private boolean isOlder(MountVersion latest, MountState before) {
    return latest.own(key) < before.version().map(version -> version.own(key)).orElse(0L);
  }

  private static InterruptedException interrupted(IOException cause) {
    InterruptedException interrupted =
        new InterruptedException("restoring a cache mount was interrupted");
    interrupted.initCause(cause);
    return interrupted;
  }

  /** Ends a use, whose content is saved some time later. */
  void leave(Use use, boolean worthSaving) {
    boolean later;
    synchronized (this) {
      users--;
      boolean alone = exclusive;
      if (users == 0) {
        exclusive = false;
      }
      if (worthSaving && !use.readOnly() && use.policy().saved()) {
        toSave = true;
        maxBytes = use.policy().maxBytes();
      }
      later = toSave && users == 0 && use.policy().saved();
      if (later) {
        // The next one to hold the lock, wherever it is, shall find what this one left.
        Duration delay = alone || fork ? Duration.ZERO : owner.settling();
        later = owner.inBackground(() -> save(delay));
        if (later) {
          use.lease().ifPresent(heldForSave::add);
        }
      }
      notifyAll();
    }
    if (!later) {
      use.lease().ifPresent(StepLeases.Granted::close);
      if (fork) {
        remove();
      }
    }
    touch();
  }

  private void touch() {
    try {
      Files.setLastModifiedTime(home, FileTime.from(owner.now()));
    } catch (IOException e) {
      LOG.debug("{} cannot be touched", home, e);
    }
  }

  private void save(Duration delay) {
    List<StepLeases.Granted> leases = List.of();
    try {
      if (!begin(delay)) {
        return;
      }
      saveNow();
    } catch (InterruptedException e) {
      // Somebody took the directory, or the worker stops: it is tried again after the next use.
      again();
    } catch (IOException e) {
      again();
      if (!Thread.interrupted()) {
        LOG.warn("the cache mount {} was not saved: {}", key, e.toString());
        owner.failed();
      }
    } finally {
      synchronized (this) {
        if (saver == Thread.currentThread()) {
          saver = null;
        }
        if (saver == null) {
          leases = List.copyOf(heldForSave);
          heldForSave.clear();
        }
        notifyAll();
      }
      leases.forEach(StepLeases.Granted::close);
      if (fork) {
        remove();
      }
    }
  }

  private synchronized void again() {
    toSave = true;
  }

  /** Waits until it is quiet; false when there is nothing to save after all, or not now. */
  private synchronized boolean begin(Duration delay) throws InterruptedException {
    long end = System.nanoTime() + delay.toNanos();
    while (true) {
      if (users > 0 || !toSave || removed) {
        return false;
      }
      long left = owner.isClosing() ? 0 : (end - System.nanoTime() + 999_999) / 1_000_000;
      if (left <= 0 && saver == null) {
        saver = Thread.currentThread();
        toSave = false;
        return true;
      }
      wait(Math.max(1, left));
    }
  }

  private void saveNow() throws IOException, InterruptedException {
    owner.saves().acquire();
    try {
      long start = System.nanoTime();
      MountSave.Saved saved;
      try (MountSave save =
          new MountSave(owner.store(), key, content(), maxBytes, owner.producer(), owner.clock())) {
        saved = save.run(state());
      }
      setState(saved.state());
      owner.saved(saved);
      if (saved.generation().isPresent()) {
        LOG.info(
            "cache mount {} saved as generation {}: {} new bytes in {} chunks, {} ms",
            key,
            saved.generation().getAsLong(),
            saved.bytes(),
            saved.chunks(),
            (System.nanoTime() - start) / 1_000_000);
      }
    } finally {
      owner.saves().release();
    }
  }

  /** Wakes a save that waits for quiet. */
  synchronized void hurry() {
    notifyAll();
  }

  /**
   * Takes it off the disk unless it is used or not saved yet.
   *
   * @param doomed where nothing is, on the same file system
   * @return the bytes of its files, at least 1; 0 when it stays
   */
  long evict(Path doomed) throws IOException {
    synchronized (this) {
      if (!isFree()) {
        return 0;
      }
      try {
        // At once, so that whoever takes the mount next makes it anew beside what is removed.
        Files.move(home, doomed, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        LOG.debug("{} is gone already", home);
        owner.forget(key, this);
        removed = true;
        notifyAll();
        return 0;
      }
      removed = true;
      notifyAll();
    }
    owner.forget(key, this);
    long bytes = size(doomed.resolve("content"));
    Trees.delete(doomed);
    LOG.info("cache mount {} makes room: {} bytes", key, bytes);
    return Math.max(1, bytes);
  }

  /** True when nobody uses it and there is nothing to save. */
  synchronized boolean isFree() {
    return !removed && users == 0 && saver == null && !toSave;
  }

  private static long size(Path content) throws IOException {
    if (!Files.isDirectory(content)) {
      return 0;
    }
    return TreeScan.of(content, MountState.EMPTY).values().stream()
        .mapToLong(found -> found.status().size())
        .sum();
  }

  private void remove() {
    synchronized (this) {
      removed = true;
      notifyAll();
    }
    owner.forget(key, this);
    try {
      Trees.delete(home);
    } catch (LinuxException e) {
      LOG.warn("the cache mount in {} could not be removed: {}", home, e.toString());
    }
  }
}
