// Draws the charts of a dashboard from `#dashboard-drawings` (JSON that the server made of the
// tables below them): lines, bars and rings with Chart.js, heat maps, funnels, flows and grids with
// ECharts as SVG. Numbers come beside the text that a reader is shown, so nothing is formatted here.
(() => {
  "use strict";

  const found = document.getElementById("dashboard-drawings");
  const drawings = found ? JSON.parse(found.textContent) : [];
  const NAMED = { light: ["#0d9488", "#d97706", "#4f46e5", "#db2777", "#65a30d", "#0284c7", "#a16207", "#7c3aed", "#dc2626", "#64748b"],
    dark: ["#2dd4bf", "#fbbf24", "#a5b4fc", "#f472b6", "#a3e635", "#38bdf8", "#facc15", "#c4b5fd", "#f87171", "#94a3b8"] };
  let drawn = [];

  const isDark = () => document.documentElement.classList.contains("dark");
  const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const palette = () => NAMED[isDark() ? "dark" : "light"];
  const theme = () => ({
    text: isDark() ? "#cbd5e1" : "#475569",
    strong: variable("--console-strong") || "#0f172a",
    grid: isDark() ? "rgba(148, 163, 184, .2)" : "rgba(148, 163, 184, .3)",
    surface: isDark() ? "#1e293b" : "#ffffff",
    low: isDark() ? "#134e4a" : "#f0fdfa",
    high: isDark() ? "#2dd4bf" : "#0f766e",
  });
  const isNarrow = () => window.matchMedia("(max-width: 640px)").matches;
  const pale = (color) => `${color}88`;

  // Large numbers on an axis: 12k, 3.4M, or 1.2万, 340万; the table and the hints have them whole.
  const isChinese = document.documentElement.lang.startsWith("zh");
  const brief = (value) => {
    const size = Math.abs(value);
    if (isChinese && size >= 1e4) {
      return size >= 1e8 ? `${+(value / 1e8).toFixed(1)}亿` : `${+(value / 1e4).toFixed(1)}万`;
    }
    if (size >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
    if (size >= 1e4) return `${+(value / 1e3).toFixed(1)}k`;
    return `${+value.toFixed(2)}`;
  };
  const hint = (look) => ({
    renderMode: "richText", confine: true, backgroundColor: look.surface, borderColor: look.grid,
    textStyle: { color: look.text, fontSize: 12 },
  });

  // ---- Chart.js

  const dataset = (spec, one, index, look) => {
    const isLine = spec.kind === "line";
    const own = palette()[(one.before ? index - 1 : index) % palette().length];
    const colors = spec.kind === "ring" || spec.colors.some(Boolean)
      ? spec.labels.map((_label, place) => spec.colors[place] || palette()[place % palette().length])
      : one.before ? pale(own) : own;
    return {
      label: one.name, texts: one.texts,
      data: one.below ? one.values.map((value) => -value) : one.values,
      borderColor: spec.kind === "ring" ? look.surface : colors, backgroundColor: colors,
      borderWidth: isLine ? 2 : spec.kind === "ring" ? 1 : 0, borderDash: one.before && isLine ? [4, 4] : [],
      pointRadius: isLine && spec.labels.length > 45 ? 0 : 2, pointHoverRadius: 4,
      cubicInterpolationMode: "monotone", spanGaps: true,
      borderRadius: isLine || spec.kind === "ring" ? 0 : 3, maxBarThickness: 26,
    };
  };

  const axes = (spec, look) => {
    if (spec.kind === "ring") return {};
    const ticks = { color: look.text, font: { size: 11 } };
    const isStacked = spec.kind === "stacked";
    const named = { stacked: isStacked, grid: { display: false },
      ticks: { ...ticks, autoSkip: !spec.horizontal, maxTicksLimit: isNarrow() ? 6 : 12, maxRotation: 0 } };
    if (spec.horizontal) delete named.ticks.maxTicksLimit;
    const counted = { stacked: isStacked, beginAtZero: true, grid: { color: look.grid },
      ticks: { ...ticks, maxTicksLimit: 6, callback: (value) => `${brief(value)}${spec.percent ? "%" : ""}`,
        precision: spec.series.every((one) => one.whole) ? 0 : undefined } };
    return spec.horizontal ? { y: named, x: counted } : { x: named, y: counted };
  };

  const tableOf = (box) => box.closest("section")?.querySelectorAll("tbody tr") ?? [];

  const byChart = (box, spec) => {
    const look = theme();
    const canvas = document.createElement("canvas");
    box.replaceChildren(canvas);
    // On a phone two names stand in a row of the legend, which takes its room from the drawing.
    if (spec.horizontal) box.style.height = `${Math.max(10, spec.labels.length * (spec.series.length > 1 ? 2.2 : 1.75) + 4)}rem`;
    else if (isNarrow() && spec.series.length > 4) box.style.height = `${15 + spec.series.length * 0.8}rem`;
    const made = new Chart(canvas, {
      type: spec.kind === "ring" ? "doughnut" : spec.kind === "line" ? "line" : "bar",
      data: { labels: spec.labels, datasets: spec.series.map((one, index) => dataset(spec, one, index, look)) },
      options: {
        responsive: true, maintainAspectRatio: false, animation: false, cutout: "62%",
        indexAxis: spec.horizontal ? "y" : "x",
        interaction: spec.kind === "ring" ? {} : { mode: "index", intersect: false, axis: spec.horizontal ? "y" : "x" },
        plugins: {
          legend: {
            display: spec.kind === "ring" || spec.series.length > 1,
            position: spec.kind === "ring" && !isNarrow() ? "right" : "top", align: spec.kind === "ring" ? "center" : "end",
            labels: { color: look.text, usePointStyle: true, pointStyle: "circle", boxHeight: 6, boxWidth: 6, padding: 12 },
          },
          tooltip: {
            callbacks: {
              label: (item) => {
                const name = spec.kind === "ring" ? item.label : item.dataset.label;
                return ` ${name}: ${item.dataset.texts[item.dataIndex]}`;
              },
            },
          },
        },
        scales: axes(spec, look),
        // A bar leads where the name of its row in the table does.
        onClick: (_event, hits) => hits.length && tableOf(box)[hits[0].index]?.cells[0].querySelector("a")?.click(),
      },
    });
    return { destroy: () => made.destroy(), resize: () => made.resize() };
  };

  // ---- ECharts

  // Where names over the columns would cover each other they stand aslant.
  const isAslant = (spec) => {
    const longest = Math.max(...spec.across.map((name) => name.length));
    return isNarrow() && spec.kind === "grid" && longest * spec.across.length > 24;
  };

  const matrix = (spec, look, width) => {
    const most = Math.max(...spec.cells.map((cell) => cell[2] ?? 0), 0) || 1;
    const suffix = spec.percent ? "%" : "";
    // The first column of a cohort is always 100 %: it mustn't wash out the others.
    const bound = spec.percent && spec.kind === "heat_map"
      ? Math.max(...spec.cells.filter((cell) => cell[0] > 0).map((cell) => cell[2] ?? 0), 1) : most;
    return {
      tooltip: { ...hint(look), formatter: ({ data }) => `${spec.down[data.value[1]]} · ${spec.across[data.value[0]]}\n${data.text}` },
      grid: { left: 8, right: 8, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: spec.across, position: "top", axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: look.text, fontSize: 11, hideOverlap: spec.kind !== "grid",
          interval: spec.kind === "grid" ? 0 : "auto", rotate: isAslant(spec) ? 50 : 0,
          ...(spec.kind === "grid" && !isNarrow() ? { width: (width - 160) / spec.across.length - 6, overflow: "break" } : {}) } },
      yAxis: { type: "category", data: spec.down, inverse: true, axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: look.text, fontSize: 11 } },
      visualMap: { show: false, min: 0, max: bound, inRange: { color: [look.low, look.high] } },
      series: [{
        type: "heatmap", itemStyle: { borderColor: look.surface, borderWidth: 2, borderRadius: 3 },
        label: { show: !isNarrow() || spec.across.length <= 6, fontSize: 11,
          formatter: ({ data }) => (data.value[2] === null ? "" : `${spec.percent ? Math.round(data.value[2]) : brief(data.value[2])}${suffix}`) },
        data: spec.cells.map(([x, y, value, text]) => ({
          value: [x, y, value], text,
          label: { color: (value ?? 0) > bound * 0.55 ? (isDark() ? "#042f2e" : "#ffffff") : look.strong },
        })),
      }],
    };
  };

  const funnel = (spec, look) => ({
    color: palette(),
    tooltip: { ...hint(look), formatter: ({ data }) => `${data.name}\n${data.text}` },
    series: [{
      type: "funnel", sort: "none", left: "4%", right: "4%", top: 8, bottom: 8, gap: 4, minSize: "12%",
      max: Math.max(...spec.steps.map((step) => step.value ?? 0), 1),
      label: { position: "inside", color: isDark() ? "#0f172a" : "#ffffff", fontWeight: 600, lineHeight: 16,
        textBorderWidth: 0, formatter: ({ data }) => `${data.name}\n${data.text}` },
      itemStyle: { borderWidth: 0 },
      data: spec.steps.map((step) => ({ name: step.name, value: step.value ?? 0, text: step.text })),
    }],
  });

  // Names stand to the right of the last nodes.
  const room = (spec) => Math.min(isNarrow() ? 158 : 190,
    Math.max(...spec.nodes.map((node) => [...node.label].reduce((sum, one) => sum + (one > "\u2e80" ? 11.5 : 6.2), 0))) + 12);

  const sankey = (spec, look) => ({
    color: palette(),
    tooltip: { ...hint(look), formatter: ({ data, dataType }) =>
      dataType === "edge" ? `${data.source.split("\n")[0]} → ${data.target.split("\n")[0]}\n${data.text}` : data.label_text },
    series: [{
      type: "sankey", left: 8, right: room(spec), top: 8, bottom: 8, nodeWidth: 14, nodeGap: 10, draggable: false,
      layoutIterations: 0, emphasis: { focus: "adjacency" }, labelLayout: { moveOverlap: "shiftY" },
      label: { color: look.text, fontSize: 11, width: room(spec) - 6, overflow: "truncate", formatter: ({ data }) => data.label_text },
      lineStyle: { color: "gradient", opacity: 0.35 },
      data: spec.nodes.map((node) => ({ name: node.name, label_text: node.label })),
      links: spec.links,
    }],
  });

  const byECharts = (box, spec) => {
    const look = theme();
    if (spec.down) box.style.height = `${Math.max(9, spec.down.length * 2 + (isAslant(spec) ? 8 : 3))}rem`;
    const made = echarts.init(box, null, { renderer: "svg" });
    const options = spec.kind === "funnel" ? funnel(spec, look) : spec.kind === "sankey" ? sankey(spec, look) : matrix(spec, look, box.clientWidth);
    made.setOption({ animation: false, textStyle: { fontFamily: "inherit" },
      aria: { enabled: true, label: { description: box.getAttribute("aria-label") } }, ...options });
    if (spec.kind === "grid") leadOn(box, made);
    return { destroy: () => made.dispose(), resize: () => made.resize() };
  };

  // A cell of a grid leads where the same cell of its table does; the first column names the rows.
  const leadOn = (box, made) => {
    const linkOf = (x, y) => tableOf(box)[y]?.cells[x + 1]?.querySelector("a");
    made.on("click", ({ data }) => linkOf(data.value[0], data.value[1])?.click());
  };

  const ECHARTS = ["heat_map", "grid", "funnel", "sankey"];
  const draw = () => {
    for (const one of drawn) one.destroy();
    drawn = drawings.flatMap((spec) => {
      const box = document.querySelector(`[data-drawing="${spec.code}"]`);
      return box ? [ECHARTS.includes(spec.kind) ? byECharts(box, spec) : byChart(box, spec)] : [];
    });
    document.getElementById("dashboard")?.setAttribute("data-drawn", String(drawn.length));
  };

  // ---- The page around them

  const start = () => {
    if (drawings.length) draw();
    let wasDark = isDark();
    new MutationObserver(() => {
      if (wasDark === isDark()) return;
      wasDark = isDark();
      draw();
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
    let waiting = 0;
    window.addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => drawn.forEach((one) => one.resize()), 150);
    });
  };

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  // Paper has no buttons: tables and definitions are printed open.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".dash-chart details:not([open])")];
    for (const one of opened) one.open = true;
    drawn.forEach((one) => one.resize());
  });
  window.addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));

  // One list of boxes open at a time; Escape and a click beside it close it.
  const picks = [...document.querySelectorAll(".dash-pick")];
  for (const pick of picks) {
    pick.addEventListener("toggle", () => {
      if (pick.open) picks.forEach((other) => { if (other !== pick) other.open = false; });
    });
    pick.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !pick.open) return;
      pick.open = false;
      pick.querySelector("summary").focus();
    });
    const find = pick.querySelector(".dash-find");
    find?.addEventListener("input", () => {
      const wanted = find.value.trim().toLowerCase();
      for (const option of pick.querySelectorAll(".dash-option")) {
        option.hidden = !option.textContent.toLowerCase().includes(wanted);
      }
    });
    find?.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
  document.addEventListener("click", (event) => {
    for (const pick of picks) if (!pick.contains(event.target)) pick.open = false;
  });

  // Alpine shows the page once it has started, which may have been before this script came: until
  // then boxes have no width.
  if (document.documentElement.hasAttribute("x-cloak")) {
    document.addEventListener("alpine:initialized", () => requestAnimationFrame(start));
  } else {
    requestAnimationFrame(start);
  }
})();

// Figures that take longer than a page may: asked for again, with a bar that says how long it takes.
// Where the page shows those that were read earlier, it only says that newer ones are there.
(() => {
  "use strict";

  const ask = () => fetch(window.location.href, { headers: { "X-Dashboard-Waits": "1" }, cache: "no-store" });
  const older = document.querySelector("[data-dash-older]");
  if (older) {
    const [, there, late] = older.querySelectorAll("[data-dash-state]");
    const say = (one) => { for (const state of older.querySelectorAll("[data-dash-state]")) state.hidden = state !== one; };
    ask().then((response) => say(response.ok ? there : late)).catch(() => say(late));
  }

  const box = document.querySelector("[data-dash-waits]");
  if (!box) return;
  const bar = box.querySelector("progress");
  const began = Date.now();
  const ticking = window.setInterval(() => { bar.value = Math.min(bar.max, (Date.now() - began) / 1000); }, 200);
  const say = (html) => {
    window.clearInterval(ticking);
    const answer = new DOMParser().parseFromString(html, "text/html").getElementById("dashboard");
    if (answer) document.getElementById("dashboard").replaceWith(answer);
    else bar.remove();
  };
  ask()
    .then((response) => (response.ok ? window.location.reload() : response.text().then(say)))
    .catch(() => say(""));
})();
