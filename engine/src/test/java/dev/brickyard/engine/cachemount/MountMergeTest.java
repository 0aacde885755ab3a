package dev.brickyard.engine.cachemount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.layer.ImagePath;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MountMergeTest {
  private static SortedMap<ImagePath, MountEntry> merge(
      MountTree base, MountTree local, MountTree remote) {
    return MountMerge.merge(base.entries(), local.entries(), remote.entries());
  }

  private static void assertMerged(
      MountTree base, MountTree local, MountTree remote, MountTree expected) {
    assertThat(MountTree.shown(merge(base, local, remote)))
        .isEqualTo(MountTree.shown(expected.entries()));
  }

  @Test
  void whatEitherAddedIsThere() {
    assertMerged(
        new MountTree().file("a", "1"),
        new MountTree().file("a", "1").file("b", "mine"),
        new MountTree().file("a", "1").file("c", "theirs"),
        new MountTree().file("a", "1").file("b", "mine").file("c", "theirs"));
  }

  @Test
  void whatEitherRemovedIsGone() {
    assertMerged(
        new MountTree().file("a", "1").file("b", "2").file("c", "3"),
        new MountTree().file("b", "2").file("c", "3"),
        new MountTree().file("a", "1").file("c", "3"),
        new MountTree().file("c", "3"));
  }

  @Test
  void theLaterSaveWinsAConflict() {
    assertMerged(
        new MountTree().file("a", "1"),
        new MountTree().file("a", "mine"),
        new MountTree().file("a", "theirs"),
        new MountTree().file("a", "mine"));
  }

  @Test
  void aChangeWinsAgainstARemoval() {
    assertMerged(
        new MountTree().file("a", "1").file("b", "2"),
        new MountTree().file("a", "mine"),
        new MountTree().file("b", "theirs"),
        new MountTree().file("a", "mine").file("b", "theirs"));
  }

  @Test
  void aFileKeepsItsDirectory() {
    assertMerged(
        new MountTree().directory("d").file("d/a", "1"),
        new MountTree().directory("d").file("d/a", "1").file("d/b", "mine"),
        new MountTree(),
        new MountTree().directory("d").file("d/b", "mine"));
  }

  @Test
  void nothingStandsBelowAFile() {
    assertMerged(
        new MountTree().directory("d"),
        new MountTree().file("d", "a file now"),
        new MountTree().directory("d").file("d/theirs", "x"),
        new MountTree().file("d", "a file now"));
  }

  @Test
  void theRemotePlaceOfTheSameBytesIsKept() {
    MountTree theirs = new MountTree().file("a", "same");
    SortedMap<ImagePath, MountEntry> merged =
        merge(new MountTree(), new MountTree().file("a", "same"), theirs);
    assertThat(merged.get(new ImagePath("a"))).isSameAs(theirs.entries().get(new ImagePath("a")));
  }

  /**
   * One who changed nothing takes the other side whole; the sides of no conflict can be swapped.
   */
  @Test
  void lawsOfMergingHoldForAnyTrees() {
    Random random = new Random(7);
    for (int round = 0; round < 2000; round++) {
      MountTree base = randomTree(random, "x");
      MountTree one = randomTree(random, "1");
      MountTree other = randomTree(random, "2");
      assertThat(MountTree.shown(merge(base, base, one))).isEqualTo(MountTree.shown(one.entries()));
      assertThat(MountTree.shown(merge(base, one, base))).isEqualTo(MountTree.shown(one.entries()));
      assertThat(MountTree.shown(merge(base, one, one))).isEqualTo(MountTree.shown(one.entries()));
      SortedMap<ImagePath, MountEntry> merged = merge(base, one, other);
      merged
          .keySet()
          .forEach(
              path ->
                  assertThat(path.isRoot() || isDirectory(merged, path.parent()))
                      .as("%s in %s", path, merged.keySet())
                      .isTrue());
      // Merging again with what came out changes nothing.
      assertThat(MountTree.shown(MountMerge.merge(one.entries(), one.entries(), merged)))
          .isEqualTo(MountTree.shown(merged));
    }
  }

  private static boolean isDirectory(SortedMap<ImagePath, MountEntry> entries, ImagePath path) {
    MountEntry entry = entries.get(path);
    return entry != null && entry.kind() == MountEntry.Kind.DIRECTORY;
  }

  private static MountTree randomTree(Random random, String content) {
    MountTree tree = new MountTree();
    for (String name : new String[] {"a", "b", "c"}) {
      switch (random.nextInt(5)) {
        case 0 -> tree.file(name, random.nextBoolean() ? "same" : content);
        case 1 -> tree.symlink(name, content);
        case 2, 3 -> {
          tree.directory(name);
          for (String child : new String[] {"x", "y"}) {
            if (random.nextBoolean()) {
              tree.file(name + "/" + child, random.nextBoolean() ? "same" : content);
            }
          }
        }
        default -> {}
      }
    }
    return tree;
  }

  @Test
  void theSizeCapDropsWhatWasNotUsedForLongest() {
    SortedMap<ImagePath, MountEntry> entries = new TreeMap<>();
    for (int i = 0; i < 10; i++) {
      MountEntry file =
          new MountTree().file("f" + i, "0123456789").entries().lastEntry().getValue();
      FileContent c = file.content().orElseThrow();
      // The higher the number the longer ago.
      entries.put(
          file.path(), file.with(new FileContent(c.digest(), c.size(), 100 - i, c.slices())));
    }
    assertThat(SizeCap.apply(entries, 100)).isSameAs(entries);
    assertThat(SizeCap.apply(entries, 60).keySet())
        .extracting(ImagePath::value)
        .containsExactly("f0", "f1", "f2", "f3", "f4");
    assertThat(SizeCap.apply(entries, 0)).isEmpty();
  }
}
