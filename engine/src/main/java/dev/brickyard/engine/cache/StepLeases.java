package dev.brickyard.engine.cache;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.runtime.OutputSink;

/**
 * Keeps two builds, anywhere in the farm, from doing the same thing at the same time. An instance
 * belongs to one build and speaks in its name. A lease is held until it is closed or its build's
 * attempt no longer lives, whichever is first: nothing has to be renewed, and nobody has to be
 * believed dead twice. Safe for use by many threads.
 *
 * <p>A lease saves work; it is no proof. When nobody can be asked, {@link #acquire} grants all the
 * same (see {@link Granted#certain}), and two builds may then do the same thing: what they do must
 * be harmless when done twice.
 *
 * <p>Deadlocks: who holds a lease may wait for another only by these rules. A step asks for its own
 * {@link LeaseKey.Kind#STEP} lease first, holding nothing, and for nothing but that while it waits.
 * Then it may ask for {@link LeaseKey.Kind#MOUNT} leases, one after the other in the order of their
 * {@link LeaseKey#text}.
 */
public interface StepLeases {
  /**
   * Asks for a lease. Answers at once, in one round trip to the farm at most.
   *
   * @param step who asks, within the build; those that wait for the lease follow its output
   */
  Lease acquire(LeaseKey key, StepId step) throws InterruptedException;

  /** The answer. */
  sealed interface Lease {}

  /** It is the caller's. */
  non-sealed interface Granted extends Lease, AutoCloseable {
    /**
     * False when the farm could not be asked, so that somebody else may hold the lease too. Work
     * that must not happen twice asks again later.
     */
    boolean certain();

    /**
     * True when somebody held the lease not long ago: what the caller looked up before or while it
     * asked may be out of date by now.
     */
    boolean contested();

    /**
     * The work could not be done for a reason of its own, as a command that fails: those that wait
     * are told, so that each tries for itself rather than one after the other. Gives the lease back
     * like {@link #close}; closing it afterwards does nothing.
     */
    void failed();

    /**
     * Gives the lease back, in the background. Whatever the work left for others must be durable by
     * now. Closing it again does nothing.
     */
    @Override
    void close();
  }

  /** Somebody else has it. */
  non-sealed interface HeldElsewhere extends Lease {
    /** Who: one word for people, such as a build's id. */
    String holder();

    /**
     * Waits until this holder has given the lease back, died or been followed by another, and hands
     * on what its step prints meanwhile, from the moment it got the lease, in order and each chunk
     * once. Everything the holder said is handed on before this returns. Output that cannot be had
     * is left out; waiting goes on all the same.
     *
     * @return how it ended
     * @throws InterruptedException at once when the waiting thread is interrupted
     */
    Ending follow(OutputSink out) throws InterruptedException;

    /** Waits like {@link #follow} for one whose output does not matter. */
    default Ending await() throws InterruptedException {
      return follow((stderr, chunk) -> {});
    }
  }

  /** How a holder ended. */
  enum Ending {
    /** It gave the lease back, or died: look for what it left, or ask for the lease. */
    GONE,
    /** It tried and {@linkplain Granted#failed failed}: so may whoever tries next. */
    FAILED,
    /** It still holds the lease; look whether what it makes is there already, and wait again. */
    STILL_HELD
  }

  /** Leases for a build that shares its work with no other: everything is granted. */
  static StepLeases always() {
    return (key, step) -> Unshared.GRANTED;
  }
}
