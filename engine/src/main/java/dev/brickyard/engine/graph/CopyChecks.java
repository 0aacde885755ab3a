package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.layer.OwnerNames;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What can be wrong with a COPY before any file is looked at. */
final class CopyChecks {
  private static final Pattern URL = Pattern.compile("https?://.*", Pattern.DOTALL);
  private static final Pattern GIT =
      Pattern.compile(
          "(git|ssh)://.*|[\\w.-]+@[\\w.-]+:.*|https?://[^#?]*\\.git([#?].*)?", Pattern.DOTALL);

  private CopyChecks() {}

  /**
   * COPY takes no remote sources; ADD does.
   *
   * @throws BuildFailure code {@code bad-copy-source}
   */
  static void localOnly(List<String> sources) throws BuildFailure {
    for (String source : sources) {
      if (GIT.matcher(source).matches()) {
        throw BuildFailure.user("bad-copy-source", "source can't be a git ref for COPY");
      }
      if (URL.matcher(source).matches()) {
        throw BuildFailure.user("bad-copy-source", "source can't be a URL for COPY");
      }
    }
  }

  /**
   * Whether the layer is made without looking at what is below it. As in BuildKit, {@code --chmod}
   * switches {@code --link} off.
   *
   * @throws BuildFailure code {@code unknown-owner} when an owner would have to be looked up there
   */
  static boolean linked(boolean link, Optional<String> chown, Optional<String> chmod)
      throws BuildFailure {
    if (!link || chmod.isPresent()) {
      return false;
    }
    if (chown.isPresent() && !OwnerNames.isNumeric(chown.get())) {
      throw BuildFailure.user(
          "unknown-owner",
          "--link cannot look up --chown="
              + chown.get()
              + ", since it does not see the image below: write numbers (invalid user index: -1)");
    }
    return true;
  }
}
