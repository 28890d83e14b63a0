package io.pikareplica.storage.codec;

/**
 * Pika's HyperLogLog (S/redis_hyperloglog.cc): 2^17 registers of one byte each, not Redis's form.
 * One thread.
 */
public final class HyperLogLog {
  private static final int PRECISION = 17;
  private static final int REGISTERS = 1 << PRECISION;
  private static final int MAX_RANK = 31;
  private static final int SEED = 313;
  private static final double ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

  private final byte[] registers;

  /** How many registers have each rank; what the estimate needs. */
  private final int[] ranks = new int[MAX_RANK + 1];

  private HyperLogLog(byte[] registers) {
    this.registers = registers;
    for (byte rank : registers) {
      ranks[rank]++;
    }
  }

  /** Registers of a stored value; an empty one counts nothing. */
  public static HyperLogLog of(byte[] value) {
    if (value.length == 0) {
      return new HyperLogLog(new byte[REGISTERS]);
    }
    if (!isRegisters(value)) {
      throw new IllegalArgumentException(value.length + " bytes are no HyperLogLog");
    }
    return new HyperLogLog(value.clone());
  }

  /** Whether bytes can be registers: the right number, none above the highest rank. */
  public static boolean isRegisters(byte[] value) {
    if (value.length != REGISTERS) {
      return false;
    }
    for (byte rank : value) {
      if (rank < 0 || rank > MAX_RANK) {
        return false;
      }
    }
    return true;
  }

  public void add(byte[] value) {
    int hash = murmur3(value);
    int index = hash & (REGISTERS - 1);
    int rest = hash >>> PRECISION;
    int rank = Math.min(32 - PRECISION, Integer.numberOfTrailingZeros(rest)) + 1;
    if (rank > registers[index]) {
      set(index, rank);
    }
  }

  /** Takes over another one's registers: a smaller one is combined bit by bit, as in Pika. */
  public void merge(HyperLogLog other) {
    for (int i = 0; i < REGISTERS; i++) {
      if (registers[i] < other.registers[i]) {
        set(i, registers[i] | other.registers[i]);
      }
    }
  }

  private void set(int index, int rank) {
    ranks[registers[index]]--;
    ranks[rank]++;
    registers[index] = (byte) rank;
  }

  /** How many different values were added, nearly. */
  public int estimate() {
    double sum = 0;
    for (int rank = 0; rank <= MAX_RANK; rank++) {
      sum += ranks[rank] * (1.0 / (1 << rank)); // exact: all powers of two
    }
    double estimate = ALPHA * REGISTERS * REGISTERS / sum;
    double twoTo32 = 0x1p32;
    if (estimate <= 2.5 * REGISTERS) {
      if (ranks[0] > 0) {
        estimate = REGISTERS * Math.log((double) REGISTERS / ranks[0]);
      }
    } else if (estimate > twoTo32 / 30) {
      estimate = -twoTo32 * Math.log1p(-estimate / twoTo32);
    }
    return (int) estimate;
  }

  /** Whether nothing was ever added. */
  public boolean isEmpty() {
    return ranks[0] == REGISTERS;
  }

  /** The registers, to be stored. */
  public byte[] registers() {
    return registers.clone();
  }

  /** MurmurHash3_x86_32 with Pika's seed. */
  static int murmur3(byte[] data) {
    int hash = SEED;
    int blocks = data.length & ~3;
    for (int i = 0; i < blocks; i += 4) {
      int block =
          (data[i] & 0xFF)
              | (data[i + 1] & 0xFF) << 8
              | (data[i + 2] & 0xFF) << 16
              | data[i + 3] << 24;
      hash = Integer.rotateLeft(hash ^ mixed(block), 13) * 5 + 0xe6546b64;
    }
    int tail = 0;
    for (int i = data.length - 1; i >= blocks; i--) {
      tail = tail << 8 | (data[i] & 0xFF);
    }
    hash ^= mixed(tail) ^ data.length;
    hash = (hash ^ hash >>> 16) * 0x85ebca6b;
    hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
    return hash ^ hash >>> 16;
  }

  private static int mixed(int block) {
    return Integer.rotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
  }
}
