package dev.brickyard.storage.object;

import io.minio.AbortMultipartUploadArgs;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CopyObjectArgs;
import io.minio.CreateBucketArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.DeleteObjectsArgs;
import io.minio.Directive;
import io.minio.GetObjectArgs;
import io.minio.HeadObjectArgs;
import io.minio.Http;
import io.minio.ListMultipartUploadsArgs;
import io.minio.ListObjectsV2Args;
import io.minio.MinioAsyncClient;
import io.minio.PutObjectAPIArgs;
import io.minio.RemoveObjectArgs;
import io.minio.SourceObject;
import io.minio.UploadPartArgs;
import io.minio.errors.MinioException;
import io.minio.messages.Contents;
import io.minio.messages.DeleteRequest;
import io.minio.messages.DeleteResult;
import io.minio.messages.ListBucketResultV2;
import io.minio.messages.ListMultipartUploadsResult;
import io.minio.messages.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/**
 * The store in one bucket of an S3 service, through MinIO's client. Tries everything once: see
 * {@link RetryingObjectStore}. Connections are kept alive and requests are never preceded by
 * another one, since a build with a warm cache consists of little else.
 */
public final class S3ObjectStore implements ObjectStore, AutoCloseable {
  private static final int MAX_REQUESTS = 128;
  private static final int IDLE_CONNECTIONS = 32;
  private static final int DELETE_BATCH = 1000;

  private final S3Settings settings;
  private final ExecutorService threads;
  private final OkHttpClient http;
  private final MinioAsyncClient client;

  /** Opens no connection yet: the store may still be starting. */
  public S3ObjectStore(S3Settings settings) {
    this.settings = settings;
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    Dispatcher dispatcher = new Dispatcher(threads);
    // The default of 5 per host would queue the lookups of a build behind each other.
    dispatcher.setMaxRequests(MAX_REQUESTS);
    dispatcher.setMaxRequestsPerHost(MAX_REQUESTS);
    this.http =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 5, TimeUnit.MINUTES))
            .protocols(List.of(Protocol.HTTP_1_1))
            .connectTimeout(Duration.ofSeconds(5))
            .readTimeout(Duration.ofSeconds(60))
            .writeTimeout(Duration.ofSeconds(60))
            .build();
    this.client =
        MinioAsyncClient.builder()
            .endpoint(settings.endpoint().toString())
            .credentials(settings.accessKey(), settings.secretKey())
            // Without a region the client asks for it before its first request.
            .region(settings.region())
            .httpClient(http)
            .build();
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, byte[] content) throws IOException {
    return storeIfAbsent(
        key, () -> client.putObject(put(key, ifAbsent()).data(content, content.length).build()));
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, Path file, String sha256) throws IOException {
    Http.Headers headers = ifAbsent();
    // Saves the client from reading the file once more to sign it, and servers that check a signed
    // body from holding it in memory; the checksum still guards the way there.
    headers.set(Http.Headers.X_AMZ_CONTENT_SHA256, "UNSIGNED-PAYLOAD");
    headers.set(
        Http.Headers.X_AMZ_CHECKSUM_SHA256,
        Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256)));
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
      long length = content.length();
      return storeIfAbsent(
          key,
          () -> {
            // A repeated request sends from where the file stands.
            content.seek(0);
            return client.putObject(put(key, headers).file(content, length).build());
          });
    }
  }

  private <T> boolean storeIfAbsent(ObjectKey key, Request<T> request) throws IOException {
    try {
      write(key, request);
      return true;
    } catch (StoreRefusedException e) {
      if (e.getCause() != null && S3Errors.isPreconditionFailed(e.getCause())) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void put(ObjectKey key, byte[] content) throws IOException {
    write(
        key,
        () -> client.putObject(put(key, new Http.Headers()).data(content, content.length).build()));
  }

  private PutObjectAPIArgs.Builder put(ObjectKey key, Http.Headers headers) {
    return PutObjectAPIArgs.builder()
        .bucket(settings.bucket())
        .object(key.value())
        .headers(headers);
  }

  private static Http.Headers ifAbsent() {
    return new Http.Headers("If-None-Match", "*");
  }

  @Override
  public InputStream get(ObjectKey key) throws IOException {
    return get(key, GetObjectArgs.builder());
  }

  @Override
  public InputStream get(ObjectKey key, long offset, long length) throws IOException {
    return get(key, GetObjectArgs.builder().offset(offset).length(length));
  }

  private InputStream get(ObjectKey key, GetObjectArgs.Builder args) throws IOException {
    InputStream body =
        call(
            key,
            () -> client.getObject(args.bucket(settings.bucket()).object(key.value()).build()));
    return new S3Content(key, body);
  }

  @Override
  public Optional<ObjectInfo> stat(ObjectKey key) throws IOException {
    try {
      var head =
          call(
              key,
              () ->
                  client.headObject(
                      HeadObjectArgs.builder()
                          .bucket(settings.bucket())
                          .object(key.value())
                          .build()));
      return Optional.of(new ObjectInfo(key, head.size(), head.lastModified().toInstant()));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public ObjectPage list(String prefix, Optional<String> next, int limit) throws IOException {
    var args = ListObjectsV2Args.builder().bucket(settings.bucket()).prefix(prefix).maxKeys(limit);
    next.ifPresent(args::continuationToken);
    ListBucketResultV2 page;
    try {
      page =
          call(new ObjectKey(settings.bucket()), () -> client.listObjectsV2(args.build())).result();
    } catch (ObjectNotFoundException e) {
      return new ObjectPage(List.of(), Optional.empty());
    }
    List<ObjectInfo> objects = new ArrayList<>();
    for (Contents item : page.contents()) {
      objects.add(
          new ObjectInfo(
              new ObjectKey(item.objectName()), item.size(), item.lastModified().toInstant()));
    }
    return new ObjectPage(
        objects,
        page.isTruncated() ? Optional.ofNullable(page.nextContinuationToken()) : Optional.empty());
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    try {
      call(
          key,
          () ->
              client.removeObject(
                  RemoveObjectArgs.builder()
                      .bucket(settings.bucket())
                      .object(key.value())
                      .build()));
    } catch (ObjectNotFoundException e) {
      // As wanted.
    }
  }

  @Override
  public void deleteAll(Collection<ObjectKey> keys) throws IOException {
    List<ObjectKey> all = List.copyOf(keys);
    for (int from = 0; from < all.size(); from += DELETE_BATCH) {
      deleteBatch(all.subList(from, Math.min(all.size(), from + DELETE_BATCH)));
    }
  }

  private void deleteBatch(List<ObjectKey> keys) throws IOException {
    List<DeleteRequest.Object> objects =
        keys.stream().map(key -> new DeleteRequest.Object(key.value())).toList();
    ObjectKey first = keys.getFirst();
    try {
      DeleteResult result =
          call(
                  first,
                  () ->
                      client.deleteObjects(
                          DeleteObjectsArgs.builder()
                              .bucket(settings.bucket())
                              .objects(objects)
                              .quiet(true)
                              .build()))
              .result();
      for (DeleteResult.Error error : result.errors()) {
        if (!"NoSuchKey".equals(error.code())) {
          throw new StoreUnavailableException(
              "the object store did not delete " + error.objectName() + ": " + error.message(),
              null);
        }
      }
    } catch (ObjectNotFoundException e) {
      // No bucket: nothing to delete.
    }
  }

  @Override
  public MultipartUpload beginUpload(ObjectKey key) throws IOException {
    var answer =
        write(
            key,
            () ->
                client.createMultipartUpload(
                    CreateMultipartUploadArgs.builder()
                        .bucket(settings.bucket())
                        .object(key.value())
                        .build()));
    return new MultipartUpload(key, answer.result().uploadId());
  }

  @Override
  public MultipartUpload.Part uploadPart(
      MultipartUpload upload, int number, byte[] content, int length) throws IOException {
    var answer =
        call(
            upload.key(),
            () ->
                client.uploadPart(
                    UploadPartArgs.builder()
                        .bucket(settings.bucket())
                        .object(upload.key().value())
                        .uploadId(upload.id())
                        .partNumber(number)
                        .data(content, length)
                        .build()));
    return new MultipartUpload.Part(number, answer.part().etag());
  }

  @Override
  public void completeUpload(MultipartUpload upload, List<MultipartUpload.Part> parts)
      throws IOException {
    Part[] all =
        parts.stream().map(part -> new Part(part.number(), part.etag())).toArray(Part[]::new);
    call(
        upload.key(),
        () ->
            client.completeMultipartUpload(
                CompleteMultipartUploadArgs.builder()
                    .bucket(settings.bucket())
                    .object(upload.key().value())
                    .uploadId(upload.id())
                    .parts(all)
                    .build()));
  }

  @Override
  public void abortUpload(MultipartUpload upload) throws IOException {
    try {
      call(
          upload.key(),
          () ->
              client.abortMultipartUpload(
                  AbortMultipartUploadArgs.builder()
                      .bucket(settings.bucket())
                      .object(upload.key().value())
                      .uploadId(upload.id())
                      .build()));
    } catch (ObjectNotFoundException e) {
      // As wanted.
    }
  }

  /** For objects above what S3 copies at once (5 GiB) the client has it copied in parts. */
  @Override
  public void copy(ObjectKey from, ObjectKey to) throws IOException {
    call(
        from,
        () ->
            client.copyObject(
                CopyObjectArgs.builder()
                    .bucket(settings.bucket())
                    .object(to.value())
                    .source(
                        SourceObject.builder()
                            .bucket(settings.bucket())
                            .object(from.value())
                            .build())
                    .build()));
  }

  @Override
  public boolean refresh(ObjectKey key) throws IOException {
    try {
      call(
          key,
          () ->
              client.copyObject(
                  CopyObjectArgs.builder()
                      .bucket(settings.bucket())
                      .object(key.value())
                      .source(
                          SourceObject.builder()
                              .bucket(settings.bucket())
                              .object(key.value())
                              .build())
                      // A copy onto itself must change something (S3, "CopyObject").
                      .metadataDirective(Directive.REPLACE)
                      .build()));
      return true;
    } catch (ObjectNotFoundException e) {
      return false;
    }
  }

  @Override
  public List<UnfinishedUpload> unfinishedUploads(String prefix) throws IOException {
    List<UnfinishedUpload> found = new ArrayList<>();
    var args = ListMultipartUploadsArgs.builder().bucket(settings.bucket()).prefix(prefix);
    while (true) {
      ListMultipartUploadsResult page;
      try {
        page =
            call(new ObjectKey(settings.bucket()), () -> client.listMultipartUploads(args.build()))
                .result();
      } catch (ObjectNotFoundException e) {
        return List.of();
      }
      for (ListMultipartUploadsResult.Upload upload : page.uploads()) {
        // Not every server heeds the prefix.
        if (upload.objectName().startsWith(prefix)) {
          found.add(
              new UnfinishedUpload(
                  new MultipartUpload(new ObjectKey(upload.objectName()), upload.uploadId()),
                  upload.initiated().toInstant()));
        }
      }
      if (!page.isTruncated()) {
        return found;
      }
      args.keyMarker(page.nextKeyMarker()).uploadIdMarker(page.nextUploadIdMarker());
    }
  }

  /** Closes idle connections; requests in flight end by themselves. */
  @Override
  public void close() {
    client.close();
    http.connectionPool().evictAll();
    threads.shutdown();
  }

  /** A request that can be made again. */
  @FunctionalInterface
  private interface Request<T> {
    CompletableFuture<T> send() throws MinioException, IOException;
  }

  /** Makes the bucket on the way when the store is a new one. */
  private <T> T write(ObjectKey key, Request<T> request) throws IOException {
    try {
      return call(key, request);
    } catch (ObjectNotFoundException e) {
      if (e.getCause() == null || !S3Errors.isMissingBucket(e.getCause())) {
        throw e;
      }
    }
    createBucket(key);
    return call(key, request);
  }

  private void createBucket(ObjectKey key) throws IOException {
    try {
      call(
          key,
          () -> client.createBucket(CreateBucketArgs.builder().bucket(settings.bucket()).build()));
    } catch (StoreRefusedException e) {
      if (e.getCause() == null || !S3Errors.isBucketThere(e.getCause())) {
        throw new StoreRefusedException(
            "the bucket \"" + settings.bucket() + "\" is missing and cannot be made", e);
      }
    }
  }

  private static <T> T call(ObjectKey key, Request<T> request) throws IOException {
    try {
      return request.send().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw S3Errors.translate(key, cause);
    } catch (MinioException e) {
      throw S3Errors.translate(key, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("interrupted while asking the object store for " + key);
      interrupted.initCause(e);
      throw interrupted;
    }
  }
}
