package io.tidecast.job.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BacktestPicturesTest {
  @TempDir Path directory;

  @Test
  void aBandLiesUnderTheLineThatIsAddedBefore() throws IOException {
    Path file = directory.resolve("chart.png");
    LineChart.overNumbers("title", "x", "y")
        .line("line", List.of(new double[] {0, 5}, new double[] {1, 5}), 0, false)
        .band("inner", List.of(new double[] {0, 4, 6}, new double[] {1, 4, 6}), 1)
        .band("outer", List.of(new double[] {0, 0, 10}, new double[] {1, 0, 10}), 0)
        .writePng(file);

    BufferedImage image = ImageIO.read(file.toFile());

    assertEquals(1400, image.getWidth());
    // down the middle: outer band, inner band, line, inner band, outer band
    StringBuilder seen = new StringBuilder();
    for (int y = 0; y < image.getHeight(); y++) {
      char here =
          switch (image.getRGB(image.getWidth() / 2 + 7, y) & 0xFFFFFF) {
            case 0xCFE3F5 -> 'o';
            case 0x8FBDE6 -> 'i';
            case 0x222222 -> 'l';
            default -> ' ';
          };
      if (here != ' ' && (seen.isEmpty() || seen.charAt(seen.length() - 1) != here)) {
        seen.append(here);
      }
    }
    assertTrue(seen.toString().contains("oilio"), seen::toString);
  }
}
