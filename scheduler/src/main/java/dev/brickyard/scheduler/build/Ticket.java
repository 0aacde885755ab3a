package dev.brickyard.scheduler.build;

/**
 * What a worker shows for a claim: the delivery it got from the queue.
 *
 * @param queue topic of the record
 * @param offset of the record; a redelivery has the same
 * @param deliveryCount from 1; grows with every redelivery
 */
public record Ticket(String workerId, String queue, long offset, int deliveryCount) {
  /** Whether this is a later delivery of the same record, so that the other's holder lost it. */
  boolean supersedes(Ticket other) {
    return sameRecord(other) && deliveryCount > other.deliveryCount;
  }

  private boolean sameRecord(Ticket other) {
    return queue.equals(other.queue) && offset == other.offset;
  }
}
