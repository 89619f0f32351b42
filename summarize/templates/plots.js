const MOST_TICKS = 60;
const BINS = 28;

function sortedValues(values) {
  return Float64Array.from(values.filter((value) => value !== null && Number.isFinite(value))).sort();
}

function quantile(sorted, share) {
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (at - low);
}

// A long tail would press all else into one bar: what lies beyond the 99.5th percentile joins the last one.
function domain(sorted, scale) {
  if (scale === 1 && sorted[0] >= 0 && sorted[sorted.length - 1] <= 1) return [0, 1];
  const low = scale === 100 ? Math.min(0, sorted[0]) : sorted[0];
  const high = sorted.length > 200 ? quantile(sorted, 0.995) : sorted[sorted.length - 1];
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

function ticks(svg, sorted, place) {
  for (const value of sorted) {
    svg.append(shape("rect", { class: "tick", x: place(value) - 0.5, y: 26, width: 1, height: 34 }, String(value)));
  }
}

function bars(svg, sorted, low, high, measure, choose) {
  const width = (high - low) / BINS;
  const counts = new Array(BINS).fill(0);
  for (const value of sorted) counts[Math.max(0, Math.min(BINS - 1, Math.floor((value - low) / width)))]++;
  const most = Math.max(...counts);
  counts.forEach((count, bin) => {
    if (!count) return;
    const from = low + bin * width;
    const last = bin === BINS - 1;
    const to = last ? sorted[sorted.length - 1] : from + width;
    const height = Math.max(1, (count / most) * 58);
    const step = 100 / BINS;
    const bar = shape(
      "rect",
      { class: "bar", x: bin * step + step * 0.06, y: 60 - height, width: step * 0.88, height },
      `${counted(count)}: ${figure(from, measure.scale)} to ${figure(to, measure.scale)}`,
    );
    bar.addEventListener("click", () => choose(measure.key, bin === 0 ? null : from, last ? null : to));
    svg.append(bar);
  });
}

function canvas(label) {
  return shape("svg", { viewBox: "0 0 100 60", preserveAspectRatio: "none", role: "img", "aria-label": label });
}

function distribution(measure, choose) {
  const sorted = sortedValues(measure.values);
  const [low, high] = domain(sorted, measure.scale);
  const median = quantile(sorted, 0.5);
  const place = (value) => (Math.max(0, Math.min(1, (value - low) / (high - low))) * 99) + 0.5;
  const said = figure(median, measure.scale);
  const svg = canvas(
    `${measure.label}: ${counted(sorted.length)} articles, from ${figure(sorted[0], measure.scale)} to ` +
      `${figure(sorted[sorted.length - 1], measure.scale)}, median ${said}`,
  );
  if (sorted.length <= MOST_TICKS) ticks(svg, sorted, place);
  else bars(svg, sorted, low, high, measure, choose);
  svg.append(shape("line", { class: "median", x1: place(median), x2: place(median), y1: 0, y2: 60 }));
  const beyond = sorted[sorted.length - 1] > high;
  return node("figure", {},
    node("figcaption", {}, node("b", {}, measure.label), ` ${measure.unit} `, node("span", {}, `median ${said}`)),
    svg,
    node("div", { class: "axis", "aria-hidden": "true" },
      node("span", {}, figure(low, measure.scale)),
      node("span", {}, (beyond ? "≥ " : "") + figure(high, measure.scale))),
  );
}

function duration(seconds) {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

function speedPlot(speed) {
  const most = Math.max(...speed.rates);
  const mean = speed.rates.reduce((sum, rate) => sum + rate, 0) / speed.rates.length;
  const rate = (value) => `${value >= 10 ? value.toFixed(0) : value.toPrecision(2)} a second`;
  const step = 100 / speed.rates.length;
  const y = (value) => 60 - (most ? (value / most) * 58 : 0);
  const line = speed.rates.map((value, at) => `${at ? "V" : "M0 60V"}${y(value)}H${(at + 1) * step}`).join("");
  const svg = canvas(`Articles a second over ${duration(speed.seconds)}: ${rate(mean)} on average, ${rate(most)} at most`);
  svg.append(shape("path", { class: "area", d: `${line}V60Z` }));
  svg.append(shape("line", { class: "median", x1: 0, x2: 100, y1: y(mean), y2: y(mean) }));
  for (const moment of speed.resumed) {
    const x = (moment / speed.seconds) * 100;
    svg.append(shape("line", { class: "resumed", x1: x, x2: x, y1: 0, y2: 60 }, `Resumed after ${duration(moment)} of work`));
  }
  const pauses = speed.resumed.length;
  return node("figure", { class: "long" },
    node("figcaption", {}, node("b", {}, "Throughput"), " articles a second ", node("span", {}, `average ${rate(mean)}, at most ${rate(most)}`)),
    svg,
    node("div", { class: "axis", "aria-hidden": "true" },
      node("span", {}, "0"),
      node("span", {}, pauses ? `resumed ${pauses === 1 ? "once" : `${pauses} times`}` : ""),
      node("span", {}, duration(speed.seconds))),
  );
}

const FIRST_PLOTS = ["rouge1", "rouge2", "rougeL", "chrf"];

function drawPlots(all, choose) {
  const box = document.getElementById("plots");
  const metrics = all.filter((measure) => !measure.key.includes(":"));
  const usual = metrics.filter((measure) => FIRST_PLOTS.includes(measure.key));
  const shown = usual.length ? usual : metrics.slice(0, FIRST_PLOTS.length);
  for (const measure of [...shown, ...all.filter((measure) => measure.key.includes(":"))]) {
    box.append(distribution(measure, choose));
  }
  if (run.throughput) box.append(speedPlot(run.throughput));
}
