package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.repl.net.FrameException;
import io.pikareplica.repl.net.MasterConnection;
import io.pikareplica.repl.net.ProtocolChecks;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A connection between the node and a master: what is sent arrives in order, some time later, as
 * long as there is a way. Either side may go without the other one noticing.
 */
final class SimConnection implements MasterConnection {
  private final long id;
  private final SimProcess process;
  private final SimMaster master;
  private final SimScheduler scheduler;
  private final Listener listener;
  private final MasterSide masterSide;
  private final Deque<InnerResponse> unread = new ArrayDeque<>();
  private boolean isOpen;
  private boolean isOver;
  private boolean isReading = true;
  private boolean isLost;
  private final Way toMaster = new Way();
  private final Way toReplica = new Way();

  SimConnection(long id, SimProcess process, SimMaster master, Listener listener) {
    this.id = id;
    this.process = process;
    this.master = master;
    this.listener = listener;
    scheduler = process.scheduler();
    masterSide = new MasterSide();
  }

  SimMaster master() {
    return master;
  }

  // ---- being made

  void open(long timeoutMs) {
    if (process.isCutOff(master)) {
      scheduler.after(timeoutMs, this::isOurs, () -> over("cannot connect: timed out"));
    } else if (!master.isUp()) {
      scheduler.after(1, this::isOurs, () -> over("cannot connect: refused"));
    } else {
      master.connected(masterSide);
      masterSide.isOpen = true;
      scheduler.after(
          delayMs(),
          () -> isOurs() && !isOver,
          () -> {
            isOpen = true;
            onLoop(() -> listener.connected(this));
          });
    }
  }

  private boolean isOurs() {
    return process.isAlive();
  }

  private long delayMs() {
    return scheduler.chance(100)
        ? scheduler.random().nextInt(3_000)
        : scheduler.random().nextInt(4);
  }

  private void onLoop(Runnable task) {
    process.loop().execute(task);
  }

  // ---- the node's side

  @Override
  public long id() {
    return id;
  }

  @Override
  public String localHost() {
    return "10.0.0.99";
  }

  @Override
  public void send(InnerRequest request) {
    if (!isOpen || isOver || !process.isRunning()) {
      return;
    }
    watch(request);
    toMaster.travel(() -> arrive(request));
  }

  private void watch(InnerRequest request) {
    boolean isAck =
        request.getType() == InnerMessage.Type.kBinlogSync
            && !request.getBinlogSync().getFirstSend()
            && request.getBinlogSync().getAckRangeEnd().getOffset() != 0;
    if (isAck) {
      var end = request.getBinlogSync().getAckRangeEnd();
      process.acknowledges(
          Integer.parseInt(request.getBinlogSync().getDbName().substring(2)),
          new BinlogOffset(end.getFilenum(), end.getOffset()));
    }
  }

  private void arrive(InnerRequest request) {
    if (!masterSide.isOpen) {
      return;
    }
    masterSide.heardMs = scheduler.nowMs();
    master.received(masterSide, request);
  }

  @Override
  public void reading(boolean isOn) {
    isReading = isOn;
    if (isOn) {
      onLoop(this::readOn);
    }
  }

  private void readOn() {
    while (isReading && !unread.isEmpty() && !isOver) {
      read(unread.remove());
    }
  }

  private void read(InnerResponse response) {
    try {
      ProtocolChecks.check(response);
      listener.received(this, response);
    } catch (FrameException e) {
      listener.broken(this, e.getMessage());
    }
  }

  @Override
  public void close() {
    onLoop(() -> over("connection closed"));
    tellMaster();
  }

  private void tellMaster() {
    toMaster.travel(
        () -> {
          if (masterSide.isOpen) {
            masterSide.isOpen = false;
            master.closed(masterSide);
          }
        });
  }

  private void over(String why) {
    if (!isOver) {
      isOver = true;
      isOpen = false;
      listener.disconnected(this, why);
    }
  }

  // ---- what goes wrong

  /**
   * The process has ended: the system closes what it had open, unless the machine has ended too.
   */
  void abandoned(boolean isNoticed) {
    isOver = true;
    if (isNoticed) {
      tellMaster();
    } else {
      isLost = true;
    }
  }

  void drop(boolean nodeNotices, boolean masterNotices) {
    if (nodeNotices && isOurs()) {
      onLoop(() -> over("connection reset"));
    }
    if (masterNotices) {
      tellMaster();
    }
    scheduler.after(5, () -> true, () -> isLost = true);
  }

  /** One direction: in order, and what is not let through now is sent again until it is. */
  private final class Way {
    private final Deque<Runnable> underWay = new ArrayDeque<>();
    private long lastMs;

    void travel(Runnable arrival) {
      underWay.add(arrival);
      lastMs = Math.max(lastMs, scheduler.nowMs() + delayMs());
      scheduler.after(lastMs - scheduler.nowMs(), () -> !isLost, this::arrive);
    }

    private void arrive() {
      if (process.isCutOff(master)) {
        scheduler.after(process.cutOffMs(master), () -> !isLost, this::arrive);
      } else {
        underWay.remove().run();
      }
    }
  }

  // ---- the master's side

  private final class MasterSide implements SimMaster.Peer {
    private boolean isOpen;
    private long heardMs = scheduler.nowMs();

    @Override
    public void send(InnerResponse response) {
      toReplica.travel(
          () -> {
            if (isOurs() && !isOver) {
              onLoop(() -> deliver(response));
            }
          });
    }

    private void deliver(InnerResponse response) {
      if (isOver) {
        return;
      }
      unread.add(response);
      readOn();
    }

    @Override
    public void close(String why) {
      isOpen = false;
      toReplica.travel(
          () -> {
            if (isOurs()) {
              onLoop(() -> over("connection closed: " + why));
            }
          });
    }

    @Override
    public long heardMs() {
      return heardMs;
    }
  }
}
