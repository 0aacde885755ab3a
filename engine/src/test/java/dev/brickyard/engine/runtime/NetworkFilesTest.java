package dev.brickyard.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The resolver's file of a container without the worker's network. */
class NetworkFilesTest {
  @Test
  void namesNoResolverOnTheWorkersOwnLoopback() {
    assertThat(
            NetworkFiles.withoutLocal(
                List.of(
                    "search example.org",
                    "nameserver 127.0.0.53",
                    "nameserver ::1",
                    "nameserver 10.0.0.2",
                    "options edns0")))
        .isEqualTo("search example.org\nnameserver 10.0.0.2\noptions edns0\n");
  }

  @Test
  void asksPublicOnesWhereThereIsNoOther() {
    assertThat(NetworkFiles.withoutLocal(List.of("nameserver 127.0.0.1")))
        .isEqualTo("nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
  }
}
