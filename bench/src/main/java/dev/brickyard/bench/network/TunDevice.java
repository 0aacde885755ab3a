package dev.brickyard.bench.network;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A network device whose packets this process carries (Documentation/networking/tuntap.rst). It
 * vanishes when it is closed, also by the end of this process. The kernel hands over segments of up
 * to 64 KiB as it would to a real card, with a header that says how to cut them, so that little
 * work is done for each byte; TCP behaves as on Ethernet.
 */
final class TunDevice implements AutoCloseable {
  private static final short IFF_TUN = 0x0001;
  private static final short IFF_NO_PI = 0x1000;
  private static final short IFF_VNET_HDR = 0x4000;
  private static final long TUNSETIFF = 0x400454caL;
  private static final long TUNSETOFFLOAD = 0x400454d0L;
  private static final long TUN_F_CSUM = 1;
  private static final long TUN_F_TSO4 = 2;
  private static final int IFREQ_SIZE = 40;
  private static final int IFREQ_FLAGS = 16;

  /** Of the header in front of each packet; it is no byte on the line. */
  static final int HEADER = 10;

  private static final int LARGEST = HEADER + 65_536;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment reading = arena.allocate(LARGEST);
  private final MemorySegment writing = arena.allocate(LARGEST);
  private final MemorySegment poll = arena.allocate(8, 4);
  private final int descriptor;

  private TunDevice(int descriptor) {
    this.descriptor = descriptor;
    poll.set(ValueLayout.JAVA_INT, 0, descriptor);
    poll.set(ValueLayout.JAVA_SHORT, 4, Libc.POLLIN);
  }

  /** Makes the device; it is down and has no address. */
  static TunDevice open(String name) throws IOException {
    try (Arena temporary = Arena.ofConfined()) {
      int descriptor =
          Libc.open(
              temporary.allocateFrom("/dev/net/tun"),
              Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC,
              "/dev/net/tun");
      TunDevice device = new TunDevice(descriptor);
      MemorySegment request = temporary.allocate(IFREQ_SIZE, 8);
      request.setString(0, name, StandardCharsets.US_ASCII);
      request.set(
          ValueLayout.JAVA_SHORT, IFREQ_FLAGS, (short) (IFF_TUN | IFF_NO_PI | IFF_VNET_HDR));
      if (Libc.asInt(Libc.IOCTL, descriptor, TUNSETIFF, request) != 0
          || Libc.asInt(
                  Libc.IOCTL,
                  descriptor,
                  TUNSETOFFLOAD,
                  MemorySegment.ofAddress(TUN_F_CSUM | TUN_F_TSO4))
              != 0) {
        device.close();
        throw new IOException("the network device " + name + " cannot be made");
      }
      return device;
    }
  }

  /** The next packet; empty when there is none for a while. For one thread at a time. */
  Optional<byte[]> read(int atMostMillis) {
    long length = Libc.asLong(Libc.READ, descriptor, reading, (long) LARGEST);
    if (length <= 0 && Libc.asInt(Libc.POLL, poll, 1L, atMostMillis) > 0) {
      length = Libc.asLong(Libc.READ, descriptor, reading, (long) LARGEST);
    }
    return length <= 0
        ? Optional.empty()
        : Optional.of(reading.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
  }

  /** Hands a packet over; it is lost when the device is down. For one thread at a time. */
  void write(byte[] packet) {
    MemorySegment.copy(packet, 0, writing, ValueLayout.JAVA_BYTE, 0, packet.length);
    Libc.asLong(Libc.WRITE, descriptor, writing, (long) packet.length);
  }

  /** To be called when no thread reads or writes any more. */
  @Override
  public void close() {
    Libc.asInt(Libc.CLOSE, descriptor);
    arena.close();
  }
}
