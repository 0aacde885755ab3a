package dev.brickyard.engine.layer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Turns the names of USER and {@code --chown} into ids, with the root filesystem's own {@code
 * /etc/passwd} and {@code /etc/group}, as Docker and BuildKit do.
 */
public final class OwnerNames {
  /** Ids above this are not valid on Linux (the last one means "leave it"). */
  private static final long MAX_ID = 0xFFFFFFFEL;

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

  private record User(String name, long uid, long gid, String home) {}

  private record Group(String name, long gid, List<String> members) {}

  private final List<User> users;
  private final List<Group> groups;

  private OwnerNames(List<User> users, List<Group> groups) {
    this.users = users;
    this.groups = groups;
  }

  /** Reads the names of a root filesystem; without the two files only numbers are understood. */
  public static OwnerNames of(RootIndex root) {
    List<User> users = new ArrayList<>();
    for (String[] f : records(root.inlined(new ImagePath("etc/passwd")), 6)) {
      OptionalLong uid = number(f[2]);
      OptionalLong gid = number(f[3]);
      if (uid.isPresent() && gid.isPresent()) {
        users.add(new User(f[0], uid.getAsLong(), gid.getAsLong(), f[5]));
      }
    }
    List<Group> groups = new ArrayList<>();
    for (String[] f : records(root.inlined(new ImagePath("etc/group")), 3)) {
      OptionalLong gid = number(f[2]);
      if (gid.isPresent()) {
        groups.add(
            new Group(f[0], gid.getAsLong(), f.length > 3 ? List.of(f[3].split(",")) : List.of()));
      }
    }
    return new OwnerNames(users, groups);
  }

  private static List<String[]> records(Optional<byte[]> file, int fields) {
    return file.map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .orElse("")
        .lines()
        .map(line -> line.strip().split(":", -1))
        .filter(parts -> parts.length >= fields && !parts[0].isEmpty())
        .toList();
  }

  private static OptionalLong number(String text) {
    if (!text.matches("[0-9]{1,10}")) {
      return OptionalLong.empty();
    }
    long id = Long.parseLong(text);
    return id <= MAX_ID ? OptionalLong.of(id) : OptionalLong.empty();
  }

  /**
   * The owner that {@code --chown=user[:group]} names, as BuildKit understands it. Without a group
   * it is the one with the user's number, or, for a name, the user's primary group. A user that the
   * image does not have is root, and a group that it does not have is the user's: no mistake there
   * either, though Docker's documentation says so.
   */
  public Owner owner(String chown) {
    String[] parts = chown.split(":", 2);
    Owner owner = ofUser(parts[0]);
    return parts.length == 1 ? owner : new Owner(owner.uid(), groupOf(parts[1], owner.gid()));
  }

  private Owner ofUser(String user) {
    OptionalLong number = ownerNumber(user);
    if (number.isPresent()) {
      return new Owner(number.getAsLong(), number.getAsLong());
    }
    return first(users, u -> u.name().equals(user))
        .map(found -> new Owner(found.uid(), found.gid()))
        .orElse(new Owner(0, 0));
  }

  private long groupOf(String group, long otherwise) {
    return ownerNumber(group)
        .orElseGet(
            () -> first(groups, g -> g.name().equals(group)).map(Group::gid).orElse(otherwise));
  }

  /** Root needs no looking up, nor does a name left empty. */
  private static OptionalLong ownerNumber(String text) {
    return text.equals("root") || text.isEmpty() ? OptionalLong.of(0) : number(text);
  }

  /** True when the owner can be told without an image: by numbers, or as root. */
  public static boolean isNumeric(String chown) {
    for (String part : chown.split(":", 2)) {
      if (ownerNumber(part).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /**
   * The user that {@code USER user[:group]} names; empty text means root. Without a group the
   * process gets the user's primary one and all that list the user as a member.
   *
   * @throws UnknownOwnerException when a name is not in the image
   */
  public ProcessUser processUser(String user) throws UnknownOwnerException {
    String[] parts = split(user.isEmpty() ? "0" : user);
    OptionalLong number = number(parts[0]);
    User found =
        number.isPresent()
            ? first(users, u -> u.uid() == number.getAsLong())
                .orElse(new User("", number.getAsLong(), 0, "/"))
            : user(parts[0]);
    long gid = parts.length > 1 ? gid(parts[1]) : found.gid();
    List<Long> all = new ArrayList<>(List.of(gid));
    if (parts.length == 1 && !found.name().isEmpty()) {
      for (Group group : groups) {
        if (group.members().contains(found.name()) && !all.contains(group.gid())) {
          all.add(group.gid());
        }
      }
    }
    return new ProcessUser(found.uid(), gid, all, found.home().isEmpty() ? "/" : found.home());
  }

  private static String[] split(String text) throws UnknownOwnerException {
    String[] parts = text.split(":", -1);
    if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
      throw new UnknownOwnerException(
          "\"" + text + "\" names no owner: write user or user:group, as names or numbers");
    }
    return parts;
  }

  private User user(String name) throws UnknownOwnerException {
    return first(users, u -> u.name().equals(name))
        .orElseThrow(
            () ->
                new UnknownOwnerException(
                    "the image's /etc/passwd has no user named \"" + name + "\""));
  }

  private long gid(String group) throws UnknownOwnerException {
    OptionalLong number = number(group);
    if (number.isPresent()) {
      return number.getAsLong();
    }
    return first(groups, g -> g.name().equals(group))
        .orElseThrow(
            () ->
                new UnknownOwnerException(
                    "the image's /etc/group has no group named \"" + group + "\""))
        .gid();
  }

  private static <T> Optional<T> first(List<T> all, Predicate<T> wanted) {
    return all.stream().filter(wanted).findFirst();
  }
}
