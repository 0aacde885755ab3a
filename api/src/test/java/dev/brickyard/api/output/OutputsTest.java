package dev.brickyard.api.output;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.brickyard.api.testing.Farm;
import dev.brickyard.api.testing.FarmResource;
import dev.brickyard.engine.export.ExportStream;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.output.OutputStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Downloading what builds leave. */
@QuarkusTest
@WithTestResource(FarmResource.class)
class OutputsTest {
  @Inject Farm farm;
  @Inject OutputStore outputs;

  private final byte[] content = new byte[100_000];
  private UUID build;

  @BeforeEach
  void submit() {
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 7);
    }
    build = farm.submit();
  }

  private void store(String name, Duration kept) throws IOException {
    try (ExportStream out = outputs.begin(build, name, "oci", kept)) {
      out.write(content);
      out.complete();
    }
  }

  private String file(String name) {
    return "/v1/builds/" + build + "/outputs/" + name;
  }

  @Test
  void filesOfABuildThatSucceededAreListedAndDownloaded() throws Exception {
    store("image.tar", Duration.ofHours(1));
    farm.plan(build, "SUCCEEDED");
    given()
        .get("/v1/builds/" + build + "/outputs")
        .then()
        .statusCode(200)
        .body("outputs", hasSize(1))
        .body("outputs[0].name", equalTo("image.tar"))
        .body("outputs[0].type", equalTo("oci"))
        .body("outputs[0].size", equalTo(content.length))
        .body("outputs[0].digest", equalTo(Digest.of(content).toString()));
    byte[] whole =
        given()
            .get(file("image.tar"))
            .then()
            .statusCode(200)
            .header("Content-Length", equalTo(Integer.toString(content.length)))
            .header("Content-Type", equalTo("application/x-tar"))
            .header("Accept-Ranges", equalTo("bytes"))
            .header("Content-Disposition", containsString("image.tar"))
            .extract()
            .asByteArray();
    assertThat(whole).isEqualTo(content);
  }

  @Test
  void aPartCanBeAskedFor() throws Exception {
    store("image.tar", Duration.ofHours(1));
    farm.plan(build, "SUCCEEDED");
    byte[] part =
        given()
            .header("Range", "bytes=10-19")
            .get(file("image.tar"))
            .then()
            .statusCode(206)
            .header("Content-Range", equalTo("bytes 10-19/100000"))
            .extract()
            .asByteArray();
    assertThat(part).isEqualTo(Arrays.copyOfRange(content, 10, 20));
    byte[] rest =
        given()
            .header("Range", "bytes=99990-")
            .get(file("image.tar"))
            .then()
            .statusCode(206)
            .extract()
            .asByteArray();
    assertThat(rest).isEqualTo(Arrays.copyOfRange(content, 99_990, 100_000));
    given()
        .header("Range", "bytes=-4")
        .get(file("image.tar"))
        .then()
        .statusCode(206)
        .header("Content-Range", equalTo("bytes 99996-99999/100000"));
    given()
        .header("Range", "bytes=100000-")
        .get(file("image.tar"))
        .then()
        .statusCode(416)
        .body("code", equalTo("range-not-satisfiable"));
    given().header("Range", "bytes=0-1,5-6").get(file("image.tar")).then().statusCode(200);
    given()
        .header("Range", "bytes=0-1")
        .header("If-Range", "\"another\"")
        .get(file("image.tar"))
        .then()
        .statusCode(200);
  }

  @Test
  void thereIsNothingBeforeTheBuildHasSucceeded() throws Exception {
    store("image.tar", Duration.ofHours(1));
    farm.plan(build, "RUNNING");
    given().get("/v1/builds/" + build + "/outputs").then().body("outputs", hasSize(0));
    given()
        .get(file("image.tar"))
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("code", equalTo("no-such-output"))
        .body("detail", containsString("not ended"));
  }

  @Test
  void whatHasExpiredIsGone() throws Exception {
    store("image.tar", Duration.ZERO);
    farm.plan(build, "SUCCEEDED");
    given().get("/v1/builds/" + build + "/outputs").then().body("outputs", hasSize(0));
    given().get(file("image.tar")).then().statusCode(410).body("code", equalTo("output-expired"));
    given().get(file("other.tar")).then().statusCode(404);
    given()
        .get("/v1/builds/" + UUID.randomUUID() + "/outputs")
        .then()
        .statusCode(404)
        .body("code", equalTo("no-such-build"));
  }
}
