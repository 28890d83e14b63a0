package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.util.internal.PlatformDependent;
import io.pikareplica.info.InfoSource;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process uses; zeros where the system does not say. Stateless. */
final class ProcessUsage {
  private static final Path STATM = Path.of("/proc/self/statm");
  private static final Path STAT = Path.of("/proc/self/stat");
  private static final long PAGE_BYTES = 4096;
  private static final double TICKS_PER_SECOND = 100;

  /** Where the fields after the command's name in brackets begin to be counted. */
  private static final int FIRST_AFTER_NAME = 3;

  private static final int USER_TICKS = 14;
  private static final int SYSTEM_TICKS = 15;

  private ProcessUsage() {}

  static long residentBytes() {
    String[] pages = read(STATM).split(" ", -1);
    return pages.length > 1 ? Long.parseLong(pages[1]) * PAGE_BYTES : 0;
  }

  /** Memory beside the heap that sockets and files are read into and written from. */
  static long directBytes() {
    long jdk =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return jdk + Math.max(0, PlatformDependent.usedDirectMemory());
  }

  /** How many files, sockets among them, may be open at once; a large number without a limit. */
  static long maxOpenFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }

  static InfoSource.Cpu cpu() {
    String stat = read(STAT);
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    if (fields.length <= SYSTEM_TICKS - FIRST_AFTER_NAME) {
      return new InfoSource.Cpu(0, 0);
    }
    return new InfoSource.Cpu(
        Long.parseLong(fields[USER_TICKS - FIRST_AFTER_NAME]) / TICKS_PER_SECOND,
        Long.parseLong(fields[SYSTEM_TICKS - FIRST_AFTER_NAME]) / TICKS_PER_SECOND);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, US_ASCII).strip();
    } catch (IOException e) {
      return ""; // not Linux
    }
  }
}
