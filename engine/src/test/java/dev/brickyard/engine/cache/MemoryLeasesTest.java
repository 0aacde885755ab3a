package dev.brickyard.engine.cache;

import dev.brickyard.engine.StepId;
import java.nio.charset.StandardCharsets;

class MemoryLeasesTest extends StepLeasesContract {
  private final MemoryLeases farm = new MemoryLeases();
  private int builds;

  @Override
  protected Member member() {
    MemoryLeases.Build build = farm.build("build-" + builds++);
    return new Member() {
      @Override
      public StepLeases leases() {
        return build;
      }

      @Override
      public void says(StepId step, boolean stderr, String text) {
        build.said(step, stderr, text.getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public void dies() {
        build.lose();
      }
    };
  }
}
