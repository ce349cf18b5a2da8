package io.tidecast.model.train;

import static io.tidecast.model.train.Trainings.CONFIG;
import static io.tidecast.model.train.Trainings.RUN;
import static io.tidecast.model.train.Trainings.recipe;
import static io.tidecast.model.train.Trainings.windows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Stretch;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.LoggerFactory;

class OffHeapTest {
  /** In a process of its own, since ND4J starts once in each. */
  @Test
  void whoFirstTrainsInAProcessCanBeUnloadedAfterwards() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Job.class.getName())
            .redirectErrorStream(true)
            .start();

    String said = new String(process.getInputStream().readAllBytes());

    assertEquals(0, process.waitFor(), said);
  }

  /** Trains with classes of a loader of their own, as Flink gives one to each job. */
  static final class Job {
    public static void main(String[] arguments) throws Exception {
      LoggerFactory.getLogger(Job.class); // as Flink has, before any job
      WeakReference<ClassLoader> job = trained();
      long deadline = System.nanoTime() + 10_000_000_000L;
      while (job.get() != null && System.nanoTime() < deadline) {
        System.gc();
        LockSupport.parkNanos(10_000_000);
      }
      System.exit(job.get() == null ? 0 : 1);
    }

    private static WeakReference<ClassLoader> trained() throws Exception {
      try (URLClassLoader job = new OwnClasses()) {
        Thread.currentThread().setContextClassLoader(job);
        job.loadClass(Training.class.getName()).getMethod("run").invoke(null);
        Thread.currentThread().setContextClassLoader(Job.class.getClassLoader());
        return new WeakReference<>(job);
      }
    }
  }

  /** What the job does. */
  public static final class Training {
    private Training() {}

    public static void run() {
      try (OffHeap memory = new OffHeap()) {
        memory.floats(2, 2);
      }
    }
  }

  /** Ours it loads itself, and takes libraries from the process. */
  private static final class OwnClasses extends URLClassLoader {
    OwnClasses() throws Exception {
      super(classPath(), OwnClasses.class.getClassLoader());
    }

    private static URL[] classPath() throws Exception {
      List<URL> all = new ArrayList<>();
      for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
        all.add(Path.of(path).toUri().toURL());
      }
      return all.toArray(URL[]::new);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("io.tidecast.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      return known == null ? findClass(name) : known;
    }
  }

  @Test
  void closedMatricesReleaseTheirMemoryAtOnce() {
    OffHeap memory = new OffHeap();
    Matrix floats = memory.floats(3, 4);
    INDArray doubles = memory.doubles(5, 6);
    assertEquals(3 * 4 * 4 + 5 * 6 * 8, OffHeap.openBytes());

    memory.close();

    assertEquals(0, OffHeap.openBytes());
    assertTrue(floats.array().wasClosed());
    assertTrue(doubles.wasClosed());
  }

  @Test
  void memoryOutsideTheHeapIsReleasedAfterEachTrainingAndStaysAsItWasOverMany() {
    List<Stretch> windows = windows("a", 900, 100, 1);
    Trainer trainer = new Trainer(CONFIG, recipe(64, 1, 1, 3e-3));
    trainAgain(trainer, windows, 5);
    long before = outsideTheHeap();

    trainAgain(trainer, windows, 60);

    assertEquals(0, OffHeap.openBytes());
    // each touches some 8 MB outside the heap: 0.5 GB if the system did not get it back
    long growth = outsideTheHeap() - before;
    assertTrue(growth < 250_000_000, "grew by " + growth);
  }

  private static long outsideTheHeap() {
    return Pointer.physicalBytes() - Runtime.getRuntime().totalMemory();
  }

  private static void trainAgain(Trainer trainer, List<Stretch> windows, int times) {
    for (int i = 0; i < times; i++) {
      assertInstanceOf(
          TrainingResult.Chosen.class, trainer.choose(windows, RUN, TrainingListener.NONE));
    }
  }
}
