package dev.brickyard.engine.source;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Real repositories behind Git's own HTTP server, {@code git http-backend}, and below {@code
 * /dumb/} as plain files, which can give no part of a history.
 */
public final class GitServer implements AutoCloseable {
  private final Path root;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /**
   * @param root of the test's own, where the repositories are made
   */
  public GitServer(Path root) throws IOException {
    this.root = Files.createDirectories(root);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::smart);
    server.createContext("/dumb/", this::dumb);
    server.start();
  }

  /** Makes an empty repository with a branch {@code main}. */
  public Work repository(String name) throws IOException, InterruptedException {
    Path bare = root.resolve(name + ".git");
    git(root, "init", "-q", "--bare", "--initial-branch=main", bare.toString());
    git(bare, "config", "uploadpack.allowAnySHA1InWant", "true");
    Path work = root.resolve("work-" + name);
    git(root, "clone", "-q", bare.toString(), work.toString());
    git(work, "symbolic-ref", "HEAD", "refs/heads/main");
    return new Work(bare, work);
  }

  /** The address of a repository. */
  public String url(String name) {
    return "http://127.0.0.1:" + port() + "/" + name + ".git";
  }

  /** The address of the same repository as plain files. */
  public String dumbUrl(String name) {
    return "http://127.0.0.1:" + port() + "/dumb/" + name + ".git";
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** The paths that were asked for. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  /**
   * A repository as somebody works on it.
   *
   * @param bare what is served
   * @param files what is worked on
   */
  public record Work(Path bare, Path files) {
    /** Writes a file. */
    public Work file(String path, String content) throws IOException {
      Path file = files.resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
      return this;
    }

    /** Runs git among the files; returns what it printed. */
    public String run(String... arguments) throws IOException, InterruptedException {
      return git(files, arguments);
    }

    /** Commits everything and pushes it; returns the commit. */
    public String commit(String message) throws IOException, InterruptedException {
      run("add", "-A");
      run("commit", "-q", "-m", message);
      run("push", "-q", "origin", "HEAD");
      git(bare, "update-server-info");
      return run("rev-parse", "HEAD").strip();
    }
  }

  private static String git(Path directory, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git", "-c", "protocol.file.allow=always"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
    builder
        .environment()
        .putAll(
            Map.of(
                "GIT_CONFIG_NOSYSTEM", "1",
                "HOME", "/dev/null",
                "GIT_AUTHOR_NAME", "Mason",
                "GIT_AUTHOR_EMAIL", "mason@example.org",
                "GIT_COMMITTER_NAME", "Mason",
                "GIT_COMMITTER_EMAIL", "mason@example.org"));
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("git " + String.join(" ", arguments) + ": " + said);
    }
    return said;
  }

  /** As RFC 3875 says programs behind a web server are called. */
  private void smart(HttpExchange exchange) throws IOException {
    asked.add(exchange.getRequestURI().toString());
    try (exchange) {
      ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
      Map<String, String> environment = builder.environment();
      environment.put("GIT_PROJECT_ROOT", root.toString());
      environment.put("GIT_HTTP_EXPORT_ALL", "1");
      environment.put("GIT_CONFIG_NOSYSTEM", "1");
      environment.put("HOME", "/dev/null");
      environment.put("PATH_INFO", exchange.getRequestURI().getPath());
      String query = exchange.getRequestURI().getRawQuery();
      environment.put("QUERY_STRING", query == null ? "" : query);
      environment.put("REQUEST_METHOD", exchange.getRequestMethod());
      header(exchange, "Content-Type", "CONTENT_TYPE", environment);
      header(exchange, "Content-Encoding", "HTTP_CONTENT_ENCODING", environment);
      header(exchange, "Git-Protocol", "GIT_PROTOCOL", environment);
      Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      threads.execute(
          () -> {
            try (OutputStream to = process.getOutputStream()) {
              exchange.getRequestBody().transferTo(to);
            } catch (IOException e) {
              // It has read enough, or the client is gone.
              process.destroy();
            }
          });
      pass(process.getInputStream(), exchange);
    }
  }

  private static void header(
      HttpExchange exchange, String name, String variable, Map<String, String> environment) {
    String value = exchange.getRequestHeaders().getFirst(name);
    if (value != null) {
      environment.put(variable, value);
    }
  }

  private static void pass(InputStream output, HttpExchange exchange) throws IOException {
    try (InputStream in = new BufferedInputStream(output)) {
      int status = 200;
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        int colon = line.indexOf(':');
        String value = line.substring(colon + 1).strip();
        if (line.startsWith("Status:")) {
          status = Integer.parseInt(value.substring(0, 3));
        } else {
          exchange.getResponseHeaders().set(line.substring(0, colon), value);
        }
      }
      exchange.sendResponseHeaders(status, 0);
      try (OutputStream to = exchange.getResponseBody()) {
        in.transferTo(to);
      }
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.write(c);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }

  private void dumb(HttpExchange exchange) throws IOException {
    try (exchange) {
      Path file = root.resolve(exchange.getRequestURI().getPath().substring("/dumb/".length()));
      if (!Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] content = Files.readAllBytes(file);
      exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
      if (content.length > 0) {
        exchange.getResponseBody().write(content);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    threads.close();
  }
}
