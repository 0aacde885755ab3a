package dev.brickyard.engine.cache;

/** The lease of a build that nobody else could meet. */
final class Unshared implements StepLeases.Granted {
  static final Unshared GRANTED = new Unshared();

  private Unshared() {}

  @Override
  public boolean certain() {
    return true;
  }

  @Override
  public boolean contested() {
    return false;
  }

  @Override
  public void failed() {}

  @Override
  public void close() {}
}
