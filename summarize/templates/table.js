// The table of articles: sorted and filtered as a list of row numbers, of which only those in view are drawn.
const BEYOND_VIEW = 12;
const MOST_PRINTED = 2000;
const COLUMN_METRICS = ["rouge1", "rouge2", "rougeL"];

const flat = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function makeTable(index, all, open) {
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const total = index.id?.length ?? 0;
  const byKey = new Map(all.map((measure) => [measure.key, measure]));
  const columns = [
    ...COLUMN_METRICS.filter((key) => byKey.has(key)),
    ...["article:support", "article:words", "article:compression", "article:seconds"].filter((key) => byKey.has(key)),
  ].map((key) => byKey.get(key));
  const field = (id) => document.getElementById(id);
  const state = { sort: "order", descending: false, shown: [], selected: 0 };
  let haystack = null;
  let drawn = "";

  const rowHeight = () => parseFloat(getComputedStyle(table).getPropertyValue("--row"));
  const selectedFlags = () => [...document.querySelectorAll("#flags input:checked")].map((box) => box.value);

  function text(row) {
    haystack ??= index.id.map((id, at) =>
      flat([id, index.title[at], index.original[at] ?? "", index.source[at], index.summary[at]].join("\n")));
    return haystack[row];
  }

  function filtered() {
    const words = flat(field("search").value).split(/\s+/).filter(Boolean);
    const flags = selectedFlags();
    const measure = byKey.get(field("range-metric").value);
    const low = parseFloat(field("range-low").value);
    const high = parseFloat(field("range-high").value);
    const ranged = measure && !(Number.isNaN(low) && Number.isNaN(high));
    const rows = [];
    for (let row = 0; row < total; row++) {
      if (words.length && !words.every((word) => text(row).includes(word))) continue;
      if (flags.length && !flags.some((flag) => (flag ? index.flags[row].includes(flag) : !index.flags[row].length))) continue;
      if (ranged) {
        const value = measure.values[row];
        if (value === null || value < low || value > high) continue;
      }
      rows.push(row);
    }
    return rows;
  }

  // A function of a row to what it is sorted by; what has no value comes last either way.
  function sortKey() {
    if (state.sort === "title") return (row) => flat(index.title[row]);
    if (state.sort === "flags") return (row) => index.flags[row].length;
    const measure = byKey.get(state.sort);
    return measure ? (row) => measure.values[row] : (row) => row;
  }

  function sorted(rows) {
    const key = sortKey();
    const way = state.descending ? -1 : 1;
    const keyed = rows.map((row) => [key(row), row]);
    keyed.sort(([a, i], [b, j]) => {
      if (a === b) return i - j;
      if (a === null) return 1;
      if (b === null) return -1;
      return a < b ? -way : way;
    });
    return keyed.map(([, row]) => row);
  }

  function update() {
    state.shown = sorted(filtered());
    state.selected = Math.min(state.selected, Math.max(0, state.shown.length - 1));
    const some = state.shown.length < total;
    field("count").textContent = !total
      ? "No article is done."
      : !state.shown.length
        ? "No article is like that."
        : some
          ? `${counted(state.shown.length)} of ${counted(total)} articles`
          : `${counted(total)} ${total === 1 ? "article" : "articles"}`;
    field("reset").hidden = !some;
    table.setAttribute("aria-rowcount", String(state.shown.length + 1));
    for (const cell of table.tHead.querySelectorAll("th")) {
      const active = cell.dataset.key === state.sort;
      if (active) cell.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    field("sort").value = `${state.sort} ${state.descending ? "down" : "up"}`;
    drawn = "";
    draw();
  }

  function draw(everything = false) {
    const height = rowHeight();
    const top = body.getBoundingClientRect().top;
    const count = state.shown.length;
    let first = Math.max(0, Math.floor(-top / height) - BEYOND_VIEW);
    let last = Math.min(count, Math.ceil((innerHeight - top) / height) + BEYOND_VIEW);
    if (everything) [first, last] = [0, Math.min(count, MOST_PRINTED)];
    first = Math.min(first, count);
    last = Math.min(count, Math.max(last, first + 2 * BEYOND_VIEW));
    const now = `${first} ${last} ${height}`;
    if (now === drawn) return;
    drawn = now;
    const focused = body.contains(document.activeElement);
    const rows = [];
    for (let at = first; at < last; at++) rows.push(rowOf(at));
    body.replaceChildren(spacer(first * height), ...rows, spacer(everything ? 0 : (count - last) * height));
    if (focused) focusSelected();
  }

  function spacer(height) {
    const cell = node("td", { colspan: columns.length + 2 });
    cell.style.height = `${height}px`;
    return node("tr", { class: "spacer", "aria-hidden": "true", hidden: !height }, cell);
  }

  function rowOf(at) {
    const row = state.shown[at];
    const link = node("a", { href: `#article/${encodeURIComponent(index.id[row])}`, tabindex: at === state.selected ? 0 : -1 }, index.title[row]);
    const flags = index.flags[row].map((kind) => node("span", { class: "flag" }, run.flags[kind]?.label ?? kind));
    return node("tr", { "aria-rowindex": at + 2, "aria-current": at === state.selected ? "true" : null, "data-at": at },
      node("td", { class: "title" }, link, node("span", { class: "snippet", title: index.summary[row] }, index.summary[row])),
      node("td", { class: "flagged" }, flags),
      columns.map((measure) => valueCell(measure, row)));
  }

  function valueCell(measure, row) {
    const value = measure.values[row];
    const cell = node("td", { class: "n", "data-label": measure.label }, node("span", {}, figure(value, measure.scale)));
    if (measure.scale === 1 && value !== null) {
      const mark = node("i", { "aria-hidden": "true" });
      mark.style.width = `${Math.max(0, Math.min(1, value)) * 100}%`;
      cell.append(mark);
    }
    return cell;
  }

  function focusSelected() {
    body.querySelector(`tr[data-at="${state.selected}"] a`)?.focus({ preventScroll: true });
  }

  function select(at, focus = true) {
    if (!state.shown.length) return;
    state.selected = Math.max(0, Math.min(state.shown.length - 1, at));
    const height = rowHeight();
    const y = body.getBoundingClientRect().top + state.selected * height;
    if (y < 130) scrollBy(0, y - 130);
    else if (y + height > innerHeight - 20) scrollBy(0, y + height - innerHeight + 20);
    drawn = "";
    draw();
    if (focus) focusSelected();
  }

  function sortBy(key, descending) {
    Object.assign(state, { sort: key, descending });
    update();
  }

  function heading(key, label, numeric) {
    const press = () => sortBy(key, state.sort === key ? !state.descending : numeric);
    return node("th", { scope: "col", "data-key": key, class: numeric ? "n" : key },
      node("button", { type: "button", onclick: press }, label));
  }

  function build() {
    table.tHead.append(node("tr", {},
      heading("title", "Article", false),
      heading("flags", "Flags", true),
      columns.map((measure) => heading(measure.key, measure.label, true))));
    const choices = [["order up", "order of the input"], ["title up", "title"], ["flags down", "most flags"]];
    for (const measure of all) {
      choices.push([`${measure.key} down`, `${measure.label}, highest first`], [`${measure.key} up`, `${measure.label}, lowest first`]);
    }
    const other = [["title down", "title, from Z"], ["flags up", "fewest flags"]];
    field("sort").append(...[...choices, ...other].map(([value, label]) => node("option", { value }, label)));
    field("range-metric").append(...all.map((measure) =>
      node("option", { value: measure.key }, `${measure.label} (${measure.unit})`)));
    if (Object.keys(run.flags).length) {
      const clean = index.flags.filter((flags) => !flags.length).length;
      field("flags").append(...Object.entries(run.flags).map(([kind, flag]) => chip(kind, flag.label, flag.count, flag.explanation)),
        chip("", "no flag", clean, "Articles without any flag"));
    } else field("flags").hidden = true;
  }

  function chip(value, label, count, title) {
    return node("label", { class: "chip", title }, node("input", { type: "checkbox", value, name: "flag" }), `${label} `, node("b", {}, counted(count)));
  }

  function listen() {
    let waiting = 0;
    field("filters").addEventListener("input", (event) => {
      if (event.target.id === "sort") {
        const [key, way] = event.target.value.split(" ");
        sortBy(key, way === "down");
        return;
      }
      clearTimeout(waiting);
      waiting = setTimeout(update, 60);
    });
    field("filters").addEventListener("reset", () => setTimeout(update));
    field("filters").addEventListener("submit", (event) => event.preventDefault());
    addEventListener("scroll", () => draw(), { passive: true });
    addEventListener("resize", () => draw());
    addEventListener("beforeprint", () => draw(true));
    addEventListener("afterprint", () => { drawn = ""; draw(); });
    body.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-at]");
      if (!row) return;
      state.selected = Number(row.dataset.at);
      if (!event.target.closest("a")) open(state.shown[state.selected]);
    });
  }

  build();
  listen();
  update();

  return {
    move: (step) => select(body.contains(document.activeElement) ? state.selected + step : state.selected),
    openSelected: () => state.shown.length && open(state.shown[state.selected]),
    redraw: () => { drawn = ""; draw(); },
    // The article `step` further in the present order, null at either end.
    neighbour(row, step) {
      const at = state.shown.indexOf(row);
      return at < 0 ? null : state.shown[at + step] ?? null;
    },
    position: (row) => [state.shown.indexOf(row) + 1, state.shown.length],
    point(row) {
      const at = state.shown.indexOf(row);
      if (at >= 0) select(at);
    },
    choose(key, low, high) {
      field("range-metric").value = key;
      field("range-low").value = low === null ? "" : Number(low.toPrecision(4));
      field("range-high").value = high === null ? "" : Number(high.toPrecision(4));
      update();
      document.getElementById("articles").scrollIntoView();
    },
  };
}
