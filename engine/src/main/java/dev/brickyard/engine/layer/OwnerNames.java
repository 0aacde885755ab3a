package dev.brickyard.engine.layer;

import java.util.List;

/** Turns the names of USER and {@code --chown} into ids. */
public final class OwnerNames {
  /** Who owns a copied file. */
  public record Owner(long uid, long gid) {}

  /**
   * Who a process runs as.
   *
   * @param groups supplementary groups, the primary one included
   * @param home the home directory; {@code /} when the user has none
   */
  public record ProcessUser(long uid, long gid, List<Long> groups, String home) {
    public ProcessUser {
      groups = List.copyOf(groups);
    }
  }

  private OwnerNames() {}

  /** Reads the names of a root filesystem. */
  public static OwnerNames of(RootIndex root) {
    throw new UnsupportedOperationException(root.toString());
  }

  /** The owner that {@code --chown=user[:group]} names. */
  public Owner owner(String chown) throws UnknownOwnerException {
    throw new UnknownOwnerException(chown);
  }

  /** The user that {@code USER user[:group]} names; empty text means root. */
  public ProcessUser processUser(String user) throws UnknownOwnerException {
    throw new UnknownOwnerException(user);
  }
}
