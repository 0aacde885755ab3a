package dev.brickyard.bench.report;

/** What the page says besides figures. */
final class Texts {
  static final String INTRODUCTION =
      """
      Made by `bench/run`, which builds the projects in `bench/projects` with the farm and with its peers, and writes
      this page; every sample is in `bench/results`. Run it again with `bench/run` on an idle machine (`--help` says
      what can be left out).
      """;

  static final String PHASES =
      """
      Medians in milliseconds: *submit* until the api has accepted the context, *queue* until a worker begins, *plan*
      until it knows the steps, *steps* until the last of them has ended, *push* until the job is done, *publish* until
      the tags point at the image, *told* until the client knows.""";

  static final String RULES =
      """
      ## Rules

      - **What is timed**: from the request to the image in the registry, push included. The farm: from the HTTP request
        (packing the context included) until the event that says "finished" arrives. Docker: `docker build` and `docker
        push`. buildah: `buildah build` and `buildah push`. Starting a client program counts for the peers, as nobody
        builds without; starting a worker, an engine or an empty disk counts for nobody.
      - **Same for all**: the project, the changes, the base image, the registry it is pulled from and pushed to, the
        machine, the network of RUN steps (the builder's own). Before each measurement, what waits to be written to the
        disk is written.
      - **Turns**: builders take turns within each case, and the first one changes with each run.
      - **cold**: an empty disk, no cache anywhere; the base image is in the registry only. For the farm the object
        store is emptied as well, indexes of the base's layers included.
      - **warm**: the builder that made the build before, on the same disk.
      - **empty disk**: everything the builder wrote is gone, its cache in the registry (peers) or in the store (farm)
        is there. The farm's worker has been started anew and has built a few tiny, unrelated images, so its JVM is that of
        a worker that has been up; what it costs when it is not is measured once, below the table.
      - **nothing changed**: the same context. **last COPY changed**: a file of the last COPY. **change in front of a
        RUN**: a file that is copied before a RUN, which then must run; on an empty disk this needs the root filesystem.
      - **Caches of the peers**: Docker keeps BuildKit's inline cache with the image in the registry, which is what Debian's
        version offers without further tools; buildah uses `--cache-from` and `--cache-to`. Both have the same command
        line in all cases, as a CI system would. Neither can keep cache mounts in a registry.
      - A build that fails or takes too long is shown as failed, with the reason.
      """;

  private Texts() {}

  static String networkTitle(String key) {
    return switch (key) {
      case "loopback" -> "Loopback";
      case "wan" -> "A slow line: 20 ms round trip, 200 Mbit/s each way";
      default -> throw new IllegalArgumentException("no network " + key);
    };
  }
}
