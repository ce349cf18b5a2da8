package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PatchTest {
  @Test
  void bytesComeBackAsTheyWere() {
    Random random = new Random(3);
    for (int run = 0; run < 2_000; run++) {
      byte[] from = new byte[random.nextInt(60)];
      random.nextBytes(from);
      byte[] to = new byte[random.nextInt(60)];
      for (int i = 0; i < to.length; i++) {
        boolean isSame = i < from.length && random.nextInt(5) > run % 5;
        to[i] = isSame ? from[i] : (byte) random.nextInt();
      }

      assertArrayEquals(to, Anchors.Patch.apply(from, Anchors.Patch.of(from, to)));
    }
  }

  @Test
  void longRunsOfEitherKindComeBackToo() {
    byte[] from = new byte[300_000];
    byte[] to = from.clone();
    new Random(1).nextBytes(to);
    System.arraycopy(from, 0, to, 80_000, 140_000);

    assertArrayEquals(to, Anchors.Patch.apply(from, Anchors.Patch.of(from, to)));
    assertArrayEquals(from, Anchors.Patch.apply(to, Anchors.Patch.of(to, from)));
  }

  @Test
  void whatIsTheSameTakesNoRoom() {
    byte[] from = new byte[8_000];
    byte[] to = from.clone();
    to[5_000] = 1;

    assertTrue(Anchors.Patch.of(from, to).length < 20);
  }
}
