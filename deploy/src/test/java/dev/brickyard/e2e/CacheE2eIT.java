package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What must hit the farm's cache, and what must miss it, seen from outside. */
class CacheE2eIT extends FarmE2e {
  /** A salt makes the test's steps new to a cache that other tests share. */
  private final String salt = UUID.randomUUID().toString();

  private String dockerfile(String extra) {
    return """
        FROM busybox
        ARG VERSION
        ENV SALT=%s
        RUN echo "$VERSION" > /version
        %s
        COPY app /app
        RUN cat /app > /copied
        """
        .formatted(salt, extra);
  }

  private JsonNode build(ContextTar context, String... more) {
    String[] parameters = new String[more.length + 1];
    parameters[0] = "tag=" + yard.registry() + "/cache/" + salt;
    System.arraycopy(more, 0, parameters, 1, more.length);
    JsonNode build = farm.build(context, parameters);
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
    return build;
  }

  private ContextTar context(String dockerfile, String app, int mode, long mtime) {
    return new ContextTar().file("Dockerfile", dockerfile).file("app", app, mode, mtime);
  }

  private static final String FIRST_RUN = "RUN echo \"$VERSION\" > /version";
  private static final String LAST_RUN = "RUN cat /app > /copied";

  @Test
  void theSameBuildAgainRunsNothingAndGivesTheSameImage() {
    JsonNode first = build(context(dockerfile(""), "one", 0644, 1));
    JsonNode second = build(context(dockerfile(""), "one", 0644, 1));

    assertThat(ApiClient.step(first, LAST_RUN)).isEqualTo("DONE");
    assertThat(ApiClient.step(second, FIRST_RUN)).isEqualTo("CACHED");
    assertThat(ApiClient.step(second, LAST_RUN)).isEqualTo("CACHED");
    assertThat(second.get("image").get("digest")).isEqualTo(first.get("image").get("digest"));
  }

  @Test
  void commentsTimeStampsTagsAndUnusedFilesHit() {
    build(context(dockerfile(""), "one", 0644, 1));
    JsonNode again =
        build(
            context(dockerfile("# a remark\n\n"), "one", 0644, 99_999).file("unused", "new"),
            "tag=" + yard.registry() + "/cache/other:v2");

    assertThat(ApiClient.step(again, FIRST_RUN)).isEqualTo("CACHED");
    assertThat(ApiClient.step(again, LAST_RUN)).isEqualTo("CACHED");
  }

  @Test
  void aChangedFileMissesFromItsCopyOn() {
    build(context(dockerfile(""), "one", 0644, 1));
    JsonNode again = build(context(dockerfile(""), "two", 0644, 1));

    assertThat(ApiClient.step(again, FIRST_RUN)).isEqualTo("CACHED");
    assertThat(ApiClient.step(again, "COPY app /app")).isEqualTo("DONE");
    assertThat(ApiClient.step(again, LAST_RUN)).isEqualTo("DONE");
  }

  @Test
  void aChangedModeMisses() {
    build(context(dockerfile(""), "one", 0644, 1));
    JsonNode again = build(context(dockerfile(""), "one", 0755, 1));

    assertThat(ApiClient.step(again, "COPY app /app")).isEqualTo("DONE");
  }

  @Test
  void aChangedEnvironmentMisses() {
    build(context(dockerfile(""), "one", 0644, 1));
    JsonNode again =
        build(context(dockerfile("").replace("ENV SALT=", "ENV SALT=x"), "one", 0644, 1));

    assertThat(ApiClient.step(again, FIRST_RUN)).isEqualTo("DONE");
  }

  @Test
  void aChangedArgumentInUseMisses() {
    build(context(dockerfile(""), "one", 0644, 1), "build-arg=VERSION=1");
    JsonNode again = build(context(dockerfile(""), "one", 0644, 1), "build-arg=VERSION=2");

    assertThat(ApiClient.step(again, FIRST_RUN)).isEqualTo("DONE");
  }

  @Test
  void anotherPlatformMisses() {
    build(context(dockerfile(""), "one", 0644, 1), "platform=linux/amd64");
    JsonNode arm = build(context(dockerfile(""), "one", 0644, 1), "platform=linux/arm64");

    assertThat(ApiClient.step(arm, FIRST_RUN)).isEqualTo("DONE");
  }

  @Test
  void noCacheRunsEverything() {
    build(context(dockerfile(""), "one", 0644, 1));
    JsonNode again = build(context(dockerfile(""), "one", 0644, 1), "no-cache=true");

    assertThat(ApiClient.step(again, FIRST_RUN)).isEqualTo("DONE");
  }

  @Test
  void aChangedBaseMisses() {
    String base = yard.registry() + "/bases/" + salt + ":latest";
    String dockerfile = "FROM " + base + "\nRUN echo " + salt + " > /x\n";
    build(ContextTar.of("FROM busybox\nRUN echo a > /base"), "tag=" + base);
    build(ContextTar.of(dockerfile));
    assertThat(ApiClient.step(build(ContextTar.of(dockerfile)), "> /x")).isEqualTo("CACHED");

    build(ContextTar.of("FROM busybox\nRUN echo b > /base"), "tag=" + base);

    assertThat(ApiClient.step(build(ContextTar.of(dockerfile)), "> /x")).isEqualTo("DONE");
  }
}
