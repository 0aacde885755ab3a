package dev.brickyard.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.OwnerNames.Owner;
import dev.brickyard.engine.layer.OwnerNames.ProcessUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RootIndexTest {
  private static ImagePath path(String text) {
    return new ImagePath(text);
  }

  private static LayerEntry dir(String path) {
    return LayerEntry.directory(path(path), 0755, 0, 0, 0);
  }

  private static LayerEntry file(String path, String content) {
    return LayerEntry.file(path(path), 0644, 0, 0, 0, content.length(), Digest.of(content));
  }

  private static LayerEntry link(String path, String target) {
    return LayerEntry.symlink(path(path), target, 0, 0, 0);
  }

  private static LayerEntry gone(String path) {
    return LayerEntry.whiteout(path(path));
  }

  private static LayerEntry of(EntryType type, String path, Optional<String> target) {
    return new LayerEntry(
        path(path), type, 0, 0, 0, 0, 0, target, Optional.empty(), new TreeMap<>(), 0, -1);
  }

  private static LayerEntry opaque(String path) {
    return of(EntryType.OPAQUE, path, Optional.empty());
  }

  private static LayerIndex layer(LayerEntry... entries) {
    return new LayerIndex(List.of(entries), Map.of());
  }

  private static List<String> names(List<LayerEntry> entries) {
    return entries.stream().map(e -> e.path().value()).toList();
  }

  @Test
  void upperLayersHideLowerOnes() {
    RootIndex root =
        RootIndex.of(
            List.of(
                layer(
                    dir("a"),
                    file("a/one", "1"),
                    file("a/two", "2"),
                    dir("b"),
                    file("b/x", "x"),
                    dir("c"),
                    file("c/y", "y"),
                    dir("d"),
                    file("d/z", "z")),
                layer(
                    dir("a"),
                    file("a/one", "new"),
                    gone("a/two"),
                    gone("b"),
                    dir("c"),
                    opaque("c"),
                    file("c/w", "w"),
                    file("d", "a file now")),
                layer(dir("b"), file("b/again", "b"))));
    assertThat(names(root.walk(ImagePath.ROOT)))
        .containsExactly("", "a", "a/one", "b", "b/again", "c", "c/w", "d");
    assertThat(root.find(path("a/one")).orElseThrow().digest()).hasValue(Digest.of("new"));
    assertThat(root.layerOf(path("a/one"))).isEqualTo(1);
    assertThat(root.layerOf(path("b/again"))).isEqualTo(2);
    assertThat(root.find(path("b/x"))).isEmpty();
    assertThat(root.find(path("c/y"))).isEmpty();
    assertThat(root.find(path("d/z"))).isEmpty();
    assertThat(root.layerOf(path("d/z"))).isEqualTo(-1);
  }

  @Test
  void directoriesNobodyDescribedExistWhereSomethingIsInThem() {
    RootIndex root =
        RootIndex.of(
            List.of(
                layer(file("opt/deep/f", "f"), file("x", "x")),
                layer(gone("srv/nothing"), file("x/inside", "i"))));
    assertThat(root.find(path("opt")).orElseThrow().isDirectory()).isTrue();
    assertThat(names(root.children(path("opt")))).containsExactly("opt/deep");
    assertThat(root.find(path("srv"))).isEmpty();
    assertThat(root.find(path("x")).orElseThrow().isDirectory()).isTrue();
    assertThat(names(root.walk(path("x")))).containsExactly("x", "x/inside");
  }

  @Test
  void siblingsThatSortOddlyAreAllSeen() {
    RootIndex root =
        RootIndex.of(
            List.of(
                layer(
                    dir("a"),
                    file("a/x", "1"),
                    file("a-b", "2"),
                    file("a.c", "3"),
                    file("ab", "4")),
                layer(dir("a"), file("a/y", "5"))));
    assertThat(names(root.walk(ImagePath.ROOT)))
        .containsExactly("", "a", "a/x", "a/y", "a-b", "a.c", "ab");
  }

  @Test
  void hardLinksAreTheFilesTheyName() {
    LayerEntry link = of(EntryType.HARD_LINK, "b", Optional.of("a"));
    RootIndex root = RootIndex.of(List.of(layer(file("a", "old"), link), layer(file("a", "new"))));
    LayerEntry found = root.find(path("b")).orElseThrow();
    assertThat(found.type()).isEqualTo(EntryType.FILE);
    assertThat(found.digest()).hasValue(Digest.of("old"));
    assertThat(found.path()).isEqualTo(path("b"));
    assertThat(root.layerOf(path("b"))).isZero();
  }

  @Test
  void hardLinksInACircleAreNothing() {
    RootIndex root =
        RootIndex.of(
            List.of(
                layer(
                    of(EntryType.HARD_LINK, "a", Optional.of("b")),
                    of(EntryType.HARD_LINK, "b", Optional.of("a")))));
    assertThat(root.find(path("a"))).isEmpty();
  }

  @Test
  void linksStayInsideTheRoot() throws IOException {
    RootIndex root =
        RootIndex.of(
            List.of(
                layer(
                    dir("usr"),
                    dir("usr/bin"),
                    file("usr/bin/sh", "sh"),
                    link("bin", "usr/bin"),
                    link("up", "../../../usr"),
                    link("abs", "/bin/sh"),
                    link("usr/back", "..//./usr/bin/"),
                    link("dangling", "nowhere/else"))));
    assertThat(root.resolve(path("bin/sh"))).isEqualTo(path("usr/bin/sh"));
    assertThat(root.resolve(path("up/bin"))).isEqualTo(path("usr/bin"));
    assertThat(root.resolve(path("abs"))).isEqualTo(path("usr/bin/sh"));
    assertThat(root.resolve(path("usr/back/new"))).isEqualTo(path("usr/bin/new"));
    assertThat(root.resolve(path("dangling/f"))).isEqualTo(path("nowhere/else/f"));
    assertThat(root.resolveParent(path("abs"))).isEqualTo(path("abs"));
    assertThat(root.resolveParent(path("up/back"))).isEqualTo(path("usr/back"));
  }

  @Test
  void linksInACircleAreAnError() {
    RootIndex root = RootIndex.of(List.of(layer(link("a", "b"), link("b", "a/x"))));
    assertThatThrownBy(() -> root.resolve(path("a/f")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too many symbolic links on the way to /a/f");
  }

  private static OwnerNames owners() {
    byte[] passwd =
        "root:x:0:0:root:/root:/bin/sh\nweb:x:33:34:web:/srv:/bin/sh\nbad:x:y:z\n"
            .getBytes(StandardCharsets.UTF_8);
    byte[] group = "root:x:0:\nweb:x:34:\nlog:x:4:web,root\n".getBytes(StandardCharsets.UTF_8);
    List<LayerEntry> entries = new ArrayList<>();
    entries.add(
        LayerEntry.file(path("etc/passwd"), 0644, 0, 0, 0, passwd.length, Digest.of(passwd)));
    entries.add(LayerEntry.file(path("etc/group"), 0644, 0, 0, 0, group.length, Digest.of(group)));
    return OwnerNames.of(
        RootIndex.of(
            List.of(
                new LayerIndex(
                    entries, Map.of(path("etc/passwd"), passwd, path("etc/group"), group)),
                layer(dir("etc")))));
  }

  @Test
  void ownersOfCopies() {
    assertThat(owners().owner("web")).isEqualTo(new Owner(33, 34));
    assertThat(owners().owner("33")).isEqualTo(new Owner(33, 33));
    assertThat(owners().owner("web:log")).isEqualTo(new Owner(33, 4));
    assertThat(owners().owner("1000:0")).isEqualTo(new Owner(1000, 0));
    assertThat(owners().owner("33:log")).isEqualTo(new Owner(33, 4));
    assertThat(owners().owner(":log")).isEqualTo(new Owner(0, 4));
    assertThat(owners().owner("web:")).isEqualTo(new Owner(33, 0));
  }

  @Test
  void unknownOwnersOfCopiesAreRootAsInBuildKit() {
    assertThat(owners().owner("bad")).isEqualTo(new Owner(0, 0));
    assertThat(owners().owner("nobody:log")).isEqualTo(new Owner(0, 4));
    assertThat(owners().owner("web:nogroup")).isEqualTo(new Owner(33, 34));
    assertThat(owners().owner("web:b:c")).isEqualTo(new Owner(33, 34));
    assertThat(owners().owner("4294967295")).isEqualTo(new Owner(0, 0));
  }

  @Test
  void rootNeedsNoImage() {
    OwnerNames none = OwnerNames.of(RootIndex.of(List.of()));
    assertThat(none.owner("root:root")).isEqualTo(new Owner(0, 0));
    assertThat(none.owner("7:root")).isEqualTo(new Owner(7, 0));
    assertThat(OwnerNames.isNumeric("root:7")).isTrue();
    assertThat(OwnerNames.isNumeric("7:web")).isFalse();
  }

  @Test
  void filesThatAreOneHaveOneInode() {
    RootIndex root =
        RootIndex.of(
            List.of(
                layer(
                    file("a", "1"), LayerEntry.hardLink(file("b", "1"), path("a")), file("c", "1")),
                layer(file("a", "2"))));
    assertThat(root.inode(path("a"))).isNotEqualTo(root.inode(path("b")));
    RootIndex lower =
        RootIndex.of(
            List.of(
                layer(
                    file("a", "1"),
                    LayerEntry.hardLink(file("b", "1"), path("a")),
                    file("c", "1"))));
    assertThat(lower.inode(path("a"))).isEqualTo(lower.inode(path("b"))).isPresent();
    assertThat(lower.inode(path("c"))).isNotEqualTo(lower.inode(path("a")));
    assertThat(lower.inode(path("none"))).isEmpty();
  }

  @Test
  void usersOfProcesses() throws UnknownOwnerException {
    assertThat(owners().processUser("web"))
        .isEqualTo(new ProcessUser(33, 34, List.of(34L, 4L), "/srv"));
    assertThat(owners().processUser("33").gid()).isEqualTo(34);
    assertThat(owners().processUser("web:root"))
        .isEqualTo(new ProcessUser(33, 0, List.of(0L), "/srv"));
    assertThat(owners().processUser("1000")).isEqualTo(new ProcessUser(1000, 0, List.of(0L), "/"));
    assertThat(owners().processUser("")).isEqualTo(new ProcessUser(0, 0, List.of(0L, 4L), "/root"));
  }

  @Test
  void unknownNamesAreNamed() {
    assertThatThrownBy(() -> owners().processUser("bad"))
        .isInstanceOf(UnknownOwnerException.class)
        .hasMessage("the image's /etc/passwd has no user named \"bad\"");
    assertThatThrownBy(() -> owners().processUser("web:nobody"))
        .hasMessage("the image's /etc/group has no group named \"nobody\"");
    assertThatThrownBy(() -> owners().processUser("a:b:c"))
        .isInstanceOf(UnknownOwnerException.class);
    assertThatThrownBy(() -> owners().processUser("4294967295"))
        .isInstanceOf(UnknownOwnerException.class);
  }
}
