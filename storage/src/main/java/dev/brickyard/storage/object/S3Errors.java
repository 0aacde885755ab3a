package dev.brickyard.storage.object;

import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.ServerException;
import java.io.IOException;
import java.util.Set;

/** Tells a missing object, a refusal and an outage apart in what the S3 client throws. */
final class S3Errors {
  private static final Set<String> MISSING =
      Set.of("NoSuchKey", "NoSuchUpload", "NoSuchVersion", "InvalidRange", "NoSuchBucket");

  /** 4xx answers that mean "later", not "no". */
  private static final Set<String> LATER =
      Set.of(
          "SlowDown",
          "RequestTimeout",
          "RequestTimeTooSkewed",
          "OperationAborted",
          "InternalError",
          "ServiceUnavailable",
          "ServerBusy",
          "TooManyRequests",
          "ConditionalRequestConflict",
          "IncompleteBody");

  private S3Errors() {}

  static boolean isMissingBucket(Throwable error) {
    return code(error).equals("NoSuchBucket");
  }

  static boolean isPreconditionFailed(Throwable error) {
    return code(error).equals("PreconditionFailed");
  }

  static boolean isBucketThere(Throwable error) {
    return code(error).equals("BucketAlreadyOwnedByYou")
        || code(error).equals("BucketAlreadyExists");
  }

  /** The same failure in the terms of this package. */
  static IOException translate(ObjectKey key, Throwable error) {
    return switch (error) {
      case ErrorResponseException e when MISSING.contains(code(e)) ->
          new ObjectNotFoundException(key, e);
      case ErrorResponseException e when e.response().code() < 500 && !LATER.contains(code(e)) ->
          new StoreRefusedException(
              "the object store refused " + key + ": " + e.errorResponse().message(), e);
      case ErrorResponseException e ->
          unavailable(key, code(e) + ", HTTP " + e.response().code(), e);
      case ServerException e -> unavailable(key, "HTTP " + e.statusCode(), e);
      case InvalidResponseException e -> unavailable(key, "an answer that is not S3's", e);
      case IOException e -> unavailable(key, String.valueOf(e.getMessage()), e);
      default ->
          new StoreRefusedException("cannot ask the object store for " + key + ": " + error, error);
    };
  }

  static StoreUnavailableException unavailable(ObjectKey key, String why, Throwable cause) {
    return new StoreUnavailableException(
        "the object store is unavailable (" + key + "): " + why, cause);
  }

  private static String code(Throwable error) {
    return error instanceof ErrorResponseException e
        ? String.valueOf(e.errorResponse().code())
        : "";
  }
}
