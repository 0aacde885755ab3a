package dev.brickyard.engine.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;

/** Reads what the engine pushed, as anybody could: from the registry. */
final class PushedImages implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final String repository;
  private final Map<String, List<LayerFiles.Entry>> layers = new ConcurrentHashMap<>();

  /**
   * @param registry host and port
   */
  PushedImages(String registry, String repository) {
    this.repository = "http://" + registry + "/v2/" + repository;
  }

  ImageFacts facts(Digest manifest) throws IOException, InterruptedException {
    JsonNode image;
    try (InputStream in = get("/manifests/" + manifest)) {
      image = JSON.readTree(in);
    }
    FlatTree tree = new FlatTree();
    for (JsonNode layer : image.path("layers")) {
      tree.add(layer(layer.path("digest").asText(), layer.path("mediaType").asText()));
    }
    try (InputStream config = get("/blobs/" + image.path("config").path("digest").asText())) {
      return ImageFacts.of(config.readAllBytes(), tree);
    }
  }

  private List<LayerFiles.Entry> layer(String digest, String type)
      throws IOException, InterruptedException {
    List<LayerFiles.Entry> known = layers.get(digest);
    if (known != null) {
      return known;
    }
    try (InputStream blob = get("/blobs/" + digest)) {
      InputStream tar = blob;
      if (type.endsWith("gzip")) {
        tar = new GZIPInputStream(blob);
      } else if (type.endsWith("zstd")) {
        tar = new ZstdInputStream(blob);
      }
      List<LayerFiles.Entry> read = LayerFiles.read(tar);
      layers.put(digest, read);
      return read;
    }
  }

  private InputStream get(String path) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(
            HttpRequest.newBuilder(URI.create(repository + path))
                .header(
                    "Accept",
                    "application/vnd.oci.image.manifest.v1+json,"
                        + "application/vnd.docker.distribution.manifest.v2+json")
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new IOException(path + ": the registry answers " + response.statusCode());
    }
    return response.body();
  }

  @Override
  public void close() {
    http.close();
  }
}
