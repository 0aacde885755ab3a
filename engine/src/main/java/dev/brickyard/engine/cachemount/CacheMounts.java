package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.LeaseKey;
import dev.brickyard.engine.cache.StepLeases;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.linux.Niceness;
import dev.brickyard.engine.linux.Trees;
import dev.brickyard.engine.snapshot.Evictable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache mounts on this worker's disk. One that is taken is first brought up to what the farm
 * has; one that was used is saved in the background. Trouble with the store or with what was saved
 * never fails a build: the mount is then as good as this worker can make it.
 */
public final class CacheMounts implements AutoCloseable, Evictable {
  private static final Logger LOG = LoggerFactory.getLogger(CacheMounts.class);

  /** One, so that builds keep the processors and the network to themselves. */
  private static final int SAVES_AT_ONCE = 1;

  /** The steps of a build often use a mount one after the other: one save does for all. */
  private static final Duration SETTLING = Duration.ofSeconds(1);

  private static final Duration CLOSING_GRACE = Duration.ofSeconds(10);

  private final Path data;
  private final CacheMountStore store;
  private final String producer;
  private final Clock clock;
  private final Duration settling;
  private final Semaphore saves = new Semaphore(SAVES_AT_ONCE);
  private final ConcurrentMap<MountKey, MountDirectory> directories = new ConcurrentHashMap<>();
  private final ConcurrentMap<Long, Future<?>> background = new ConcurrentHashMap<>();
  private final AtomicLong tasks = new AtomicLong();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(
          Niceness.whileStepsRun(Thread.ofPlatform().daemon().name("cache-mount-save-", 0)));
  private final AtomicLong forks = new AtomicLong();
  private MountFigures figures = MountFigures.NONE;
  private volatile boolean closing;

  /**
   * Uses what is in the data directory already.
   *
   * @param data a directory of its own on a local disk
   * @param producer who is named in generations, such as {@code worker-1}
   */
  public CacheMounts(Path data, CacheMountStore store, String producer, Clock clock)
      throws IOException {
    this(data, store, producer, clock, SETTLING);
  }

  /**
   * @param settling how long a shared mount is left alone before it is saved
   */
  CacheMounts(Path data, CacheMountStore store, String producer, Clock clock, Duration settling)
      throws IOException {
    this.data = data;
    this.settling = settling;
    this.store = store;
    this.producer = producer;
    this.clock = clock;
    Files.createDirectories(data);
    Trees.delete(forksHome());
    Files.createDirectories(forksHome());
  }

  private Path forksHome() {
    return data.resolve("forks");
  }

  private Path mountsHome() {
    return data.resolve("mounts");
  }

  /**
   * Takes the directory of a mount. A locked mount is waited for until nobody in the farm has it. A
   * private one that is taken on this worker already is answered with another directory, which is
   * as new to it as another worker's.
   *
   * @param seed fills the directory when this worker has none yet
   * @throws IOException when this disk cannot be used
   * @throws BuildFailure when the seed says so
   */
  public CacheMountLease take(
      BuildCache cache, RunMount.Cache mount, StepId step, CacheMountSeed seed)
      throws BuildFailure, IOException, InterruptedException {
    MountKey key = MountKey.of(cache.scope(), mount.id());
    MountDirectory directory = enter(key, mount.sharing());
    Optional<StepLeases.Granted> lease = Optional.empty();
    boolean taken = false;
    try {
      if (mount.sharing() == RunMount.Sharing.LOCKED) {
        lease = Optional.of(lock(cache.leases(), key, step));
      }
      directory.prepare(mount, cache.mounts(), seed);
      taken = true;
    } finally {
      if (!taken) {
        directory.leave(use(cache, mount, lease), false);
      }
    }
    return new CacheMountLease(directory, use(cache, mount, lease));
  }

  private static MountDirectory.Use use(
      BuildCache cache, RunMount.Cache mount, Optional<StepLeases.Granted> lease) {
    return new MountDirectory.Use(mount.readOnly(), cache.mounts(), lease);
  }

  /** Like the other, for a mount that begins empty. */
  public CacheMountLease take(BuildCache cache, RunMount.Cache mount, StepId step)
      throws IOException, InterruptedException {
    try {
      return take(cache, mount, step, CacheMountSeed.NOTHING);
    } catch (BuildFailure e) {
      throw new IllegalStateException("nothing to begin with cannot fail", e);
    }
  }

  /** In what order one step takes several mounts, so that no two steps wait for each other. */
  public static Comparator<RunMount.Cache> order() {
    return Comparator.comparing(mount -> Digest.of(mount.id()));
  }

  private MountDirectory enter(MountKey key, RunMount.Sharing sharing) throws InterruptedException {
    while (true) {
      MountDirectory directory =
          directories.computeIfAbsent(key, k -> new MountDirectory(this, k, home(k), false));
      switch (directory.enter(sharing)) {
        case ENTERED -> {
          return directory;
        }
        case BUSY -> {
          return fork(key);
        }
        case REMOVED -> directories.remove(key, directory);
      }
    }
  }

  private Path home(MountKey key) {
    return mountsHome().resolve(key.scope().name()).resolve(key.mount().hex());
  }

  private MountDirectory fork(MountKey key) throws InterruptedException {
    Path home = nextFork();
    MountDirectory fork = new MountDirectory(this, key, home, true);
    fork.enter(RunMount.Sharing.PRIVATE);
    return fork;
  }

  /** A place that is emptied when the worker starts. */
  private Path nextFork() {
    return forksHome().resolve(Long.toString(forks.incrementAndGet()));
  }

  private static StepLeases.Granted lock(StepLeases leases, MountKey key, StepId step)
      throws InterruptedException {
    while (true) {
      switch (leases.acquire(LeaseKey.mount(key.scope(), key.mount()), step)) {
        case StepLeases.Granted granted -> {
          return granted;
        }
        case StepLeases.HeldElsewhere elsewhere -> elsewhere.await();
      }
    }
  }

  /**
   * Removes mounts that are not in use, the least recently used first, until so much is free.
   * Whatever was saved comes back when it is used again.
   *
   * @return how many bytes of files were removed
   * @throws IOException when the disk cannot be read
   */
  public long evictLeastRecentlyUsed(long bytesWanted) throws IOException {
    long freed = 0;
    for (OnDisk mount : leastRecentlyUsedFirst()) {
      if (freed >= bytesWanted) {
        break;
      }
      freed += directory(mount).evict(nextFork());
    }
    return freed;
  }

  @Override
  public OptionalLong leastRecentUse() throws IOException {
    for (OnDisk mount : leastRecentlyUsedFirst()) {
      if (directory(mount).isFree()) {
        return OptionalLong.of(mount.used().toEpochMilli());
      }
    }
    return OptionalLong.empty();
  }

  @Override
  public long evictOne() throws IOException {
    return evictLeastRecentlyUsed(1);
  }

  private MountDirectory directory(OnDisk mount) {
    return directories.computeIfAbsent(
        mount.key(), k -> new MountDirectory(this, k, home(k), false));
  }

  private record OnDisk(MountKey key, Path home, Instant used) {}

  private List<OnDisk> leastRecentlyUsedFirst() throws IOException {
    List<OnDisk> all = new ArrayList<>();
    if (!Files.isDirectory(mountsHome())) {
      return all;
    }
    try (DirectoryStream<Path> scopes = Files.newDirectoryStream(mountsHome())) {
      for (Path scope : scopes) {
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(scope)) {
          for (Path home : homes) {
            all.add(
                new OnDisk(
                    new MountKey(
                        new CacheScope(String.valueOf(scope.getFileName())),
                        new Digest(String.valueOf(home.getFileName()))),
                    home,
                    Files.getLastModifiedTime(home).toInstant()));
          }
        }
      }
    }
    all.sort(Comparator.comparing(OnDisk::used));
    return all;
  }

  /** What was moved since the worker started. */
  public synchronized MountFigures figures() {
    return figures;
  }

  /**
   * Waits until everything left by now is saved, or was given up.
   *
   * @throws InterruptedException when interrupted meanwhile; saving goes on
   */
  public void awaitSaved() throws InterruptedException {
    for (Future<?> save : List.copyOf(background.values())) {
      try {
        save.get();
      } catch (ExecutionException e) {
        LOG.warn("saving a cache mount ended strangely", e.getCause());
      }
    }
  }

  /** Saves what is left to save, for a few seconds; what is not done by then is given up. */
  @Override
  public void close() {
    closing = true;
    directories.values().forEach(MountDirectory::hurry);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSING_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.info("cache mounts are left unsaved: the worker stops");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
    threads.close();
  }

  /** Begins a save; false when the worker is stopping. */
  boolean inBackground(Runnable save) {
    long number = tasks.incrementAndGet();
    FutureTask<?> task =
        new FutureTask<Boolean>(save, true) {
          @Override
          protected void done() {
            background.remove(number);
          }
        };
    background.put(number, task);
    try {
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      background.remove(number);
      return false;
    }
  }

  void forget(MountKey key, MountDirectory directory) {
    directories.remove(key, directory);
  }

  synchronized void updated(MountUpdate.Updated updated) {
    figures = figures.plus(updated);
  }

  synchronized void saved(MountSave.Saved saved) {
    figures = figures.plus(saved);
  }

  synchronized void failed() {
    figures = figures.plusFailure();
  }

  boolean isClosing() {
    return closing;
  }

  CacheMountStore store() {
    return store;
  }

  String producer() {
    return producer;
  }

  Clock clock() {
    return clock;
  }

  Duration settling() {
    return settling;
  }

  Instant now() {
    return clock.instant();
  }

  Semaphore saves() {
    return saves;
  }
}
