package io.tidecast.job.report;

import io.tidecast.job.offline.Phases;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Phases as progress bars with the time left; without a terminal a line every ten seconds. */
public final class ProgressBars implements Phases {
  private static final int WIDTH = 110;

  private final PrintStream out;
  private final boolean terminal;

  public ProgressBars(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public Phase begin(String name, long length) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(length)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(terminal ? 200 : 10_000)
            .setConsumer(
                terminal
                    ? new ConsoleProgressBarConsumer(out, WIDTH)
                    : new DelegatingProgressBarConsumer(out::println, WIDTH))
            .build();
    return new Phase() {
      @Override
      public void at(long place, String note) {
        bar.stepTo(place);
        bar.setExtraMessage(note);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }
}
