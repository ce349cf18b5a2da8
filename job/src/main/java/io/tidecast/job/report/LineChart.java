package io.tidecast.job.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.text.SimpleDateFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItem;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.DateAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.SeriesRenderingOrder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.DeviationRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.YIntervalSeries;
import org.jfree.data.xy.YIntervalSeriesCollection;

/**
 * Lines and bands over time or numbers, in one style. What is added first lies on top. Lines of one
 * name share a legend entry.
 */
final class LineChart {
  private static final int WIDTH = 1400;
  private static final int HEIGHT = 720;
  private static final Color[] BANDS = {new Color(0xCFE3F5), new Color(0x8FBDE6)};

  // Okabe and Ito's colours, told apart by every eye; the first is ink
  private static final Color[] COLORS = {
    new Color(0x222222),
    new Color(0x0072B2),
    new Color(0xD55E00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0xE69F00),
    new Color(0x56B4E9),
    new Color(0x8C6D31),
    new Color(0x999999),
  };

  private final String title;
  private final ValueAxis across;
  private final NumberAxis up;
  private final YIntervalSeriesCollection lines = new YIntervalSeriesCollection();
  private final DeviationRenderer renderer = new DeviationRenderer(true, false);
  private final Map<String, LegendItem> legend = new LinkedHashMap<>();

  private LineChart(String title, ValueAxis across, String upLabel) {
    this.title = title;
    this.across = across;
    up = new NumberAxis(upLabel);
    up.setAutoRangeIncludesZero(false);
    up.setNumberFormatOverride(NumberFormat.getInstance(Locale.ROOT));
    renderer.setAlpha(1);
  }

  /** Over milliseconds since the epoch. */
  static LineChart overTime(String title, String acrossLabel, String upLabel) {
    DateAxis axis = new DateAxis(acrossLabel, TimeZone.getTimeZone("UTC"), Locale.ROOT);
    SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd HH:mm", Locale.ROOT);
    format.setTimeZone(TimeZone.getTimeZone("UTC"));
    axis.setDateFormatOverride(format);
    axis.setLowerMargin(0);
    axis.setUpperMargin(0.01);
    return new LineChart(title, axis, upLabel);
  }

  static LineChart overNumbers(String title, String acrossLabel, String upLabel) {
    NumberAxis axis = new NumberAxis(acrossLabel);
    axis.setAutoRangeIncludesZero(false);
    axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ROOT));
    axis.setLowerMargin(0.01);
    axis.setUpperMargin(0.01);
    return new LineChart(title, axis, upLabel);
  }

  /**
   * A line through points, interrupted where a value is NaN.
   *
   * @param points {@code {x, y}}
   * @param color its number
   */
  LineChart line(String name, List<double[]> points, int color, boolean markers) {
    Color paint = COLORS[color % COLORS.length];
    int index = add(points, 1);
    boolean dashed = color >= COLORS.length;
    BasicStroke stroke =
        dashed
            ? new BasicStroke(
                2.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {9, 6}, 0)
            : new BasicStroke(color <= 1 ? 3f : 2.2f);
    renderer.setSeriesPaint(index, paint);
    renderer.setSeriesStroke(index, stroke);
    renderer.setSeriesFillPaint(index, new Color(0, true));
    renderer.setSeriesShapesVisible(index, markers);
    renderer.setSeriesShape(index, new Ellipse2D.Double(-4, -4, 8, 8));
    Line2D sample = new Line2D.Double(-14, 0, 14, 0);
    legend.putIfAbsent(name, new LegendItem(name, null, null, null, sample, stroke, paint));
    return this;
  }

  /**
   * The area between two lines.
   *
   * @param points {@code {x, low, high}}
   * @param tone 0 light, 1 darker
   */
  LineChart band(String name, List<double[]> points, int tone) {
    int index = add(points, 2);
    renderer.setSeriesPaint(index, new Color(0, true));
    renderer.setSeriesStroke(index, new BasicStroke(0));
    renderer.setSeriesFillPaint(index, BANDS[tone]);
    legend.putIfAbsent(
        name,
        new LegendItem(
            name, null, null, null, new Rectangle2D.Double(-14, -7, 28, 14), BANDS[tone]));
    return this;
  }

  private int add(List<double[]> points, int high) {
    YIntervalSeries series = new YIntervalSeries(lines.getSeriesCount());
    for (double[] point : points) {
      series.add(point[0], point[1], point[1], point[high]);
    }
    lines.addSeries(series);
    return lines.getSeriesCount() - 1;
  }

  LineChart fromZero() {
    up.setAutoRangeIncludesZero(true);
    return this;
  }

  LineChart unitSquare() {
    for (NumberAxis axis : List.of((NumberAxis) across, up)) {
      axis.setRange(0, 1);
      axis.setTickUnit(new NumberTickUnit(0.1));
    }
    return this;
  }

  void writePng(Path file) throws IOException {
    ChartUtils.saveChartAsPNG(file.toFile(), chart(), WIDTH, HEIGHT);
  }

  private JFreeChart chart() {
    XYPlot plot = new XYPlot(lines, across, up, renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinePaint(new Color(0xDDDDDD));
    plot.setRangeGridlinePaint(new Color(0xDDDDDD));
    plot.setSeriesRenderingOrder(SeriesRenderingOrder.REVERSE);
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    LegendItemCollection entries = new LegendItemCollection();
    legend.values().forEach(entries::add);
    plot.setFixedLegendItems(entries);
    for (ValueAxis axis : List.of(across, up)) {
      axis.setLabelFont(font(Font.PLAIN, 18));
      axis.setTickLabelFont(font(Font.PLAIN, 15));
      axis.setLabelPaint(COLORS[0]);
      axis.setTickLabelPaint(COLORS[0]);
    }
    JFreeChart chart = new JFreeChart(title, font(Font.BOLD, 20), plot, true);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(12, 12, 12, 64));
    LegendTitle box = chart.getLegend();
    box.setItemFont(font(Font.PLAIN, 16));
    box.setPosition(RectangleEdge.BOTTOM);
    box.setFrame(BlockBorder.NONE);
    box.setItemLabelPadding(new RectangleInsets(2, 6, 2, 18));
    return chart;
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
