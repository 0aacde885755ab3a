package dev.brickyard.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheScopeTest {
  @Test
  void aProjectReadsItselfAlone() {
    CacheScope project = new CacheScope("shop");
    assertThat(project.parent()).isEmpty();
    assertThat(project.readable()).containsExactly(project);
  }

  @Test
  void aBranchReadsItsProjectToo() {
    CacheScope project = new CacheScope("shop");
    CacheScope branch = project.within("pr-17");
    assertThat(branch.name()).isEqualTo("shop@pr-17");
    assertThat(branch.parent()).contains(project);
    assertThat(branch.readable()).containsExactly(branch, project);
  }

  @Test
  void aBranchHasNoBranches() {
    CacheScope branch = new CacheScope("shop").within("pr-17");
    assertThatThrownBy(() -> branch.within("x")).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "@", "a@", "@a", "a@b@c", "a/b", "a@../b", "..", "a@.b", "a b", "a\n"})
  void namesThatWouldBeOtherPlacesAreRefused(String name) {
    assertThatThrownBy(() -> new CacheScope(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a@b", "a/b", "..", "-a", "é"})
  void namesOfBranchesAreThoseOfProjects(String name) {
    CacheScope project = new CacheScope("shop");
    assertThatThrownBy(() -> project.within(name)).isInstanceOf(IllegalArgumentException.class);
  }
}
