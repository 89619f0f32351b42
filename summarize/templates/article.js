// One article: source beside translation, paragraph by paragraph, with the summary and what is known of it.
const CLOSE = 0.34;
const MOST_CLOSE = 3;

const wordsOf = (text) => new Set((flat(text).match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 3 || /\d/.test(word)));

function sentencesOf(text) {
  if (!("Segmenter" in Intl)) return text.split(/(?<=[.!?]["”’)]?)\s+(?=\p{Lu})/u);
  return [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)].map((part) => part.segment);
}

// `text` with each of `words` in a <mark>, as nodes.
function marked(text, words, reason) {
  const wanted = [...words].filter(Boolean).sort((a, b) => b.length - a.length);
  if (!wanted.length) return [text];
  const escaped = wanted.map((word) => word.replace(/[\\^$.*+?()[\]{}|\/-]/g, "\\$&"));
  let pattern;
  try {
    pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${escaped.join("|")})(?![\\p{L}\\p{N}])`, "giu");
  } catch {
    return [text];
  }
  return text.split(pattern).map((part, at) => (at % 2 ? node("mark", { title: reason }, part) : part));
}

function wordsFlagged(flags, place) {
  return new Set(flags.filter(([kind]) => run.flags[kind]?.place === place).flatMap(([, words]) => words));
}

function makeReader(index, all, table) {
  const box = document.getElementById("reader");
  const overview = [document.querySelector(".masthead"), document.getElementById("main")];
  const rows = new Map((index.id ?? []).map((id, row) => [id, row]));
  const state = { row: null, furniture: false, reference: false, from: 0 };

  function showOverview(visible) {
    for (const part of overview) part.hidden = !visible;
    box.hidden = visible;
  }

  async function show(row) {
    const detail = await readDetail(row);
    if (state.row === null) state.from = scrollY;
    state.row = row;
    showOverview(false);
    box.replaceChildren(...view(row, detail));
    document.title = index.title[row];
    scrollTo(0, 0);
    box.querySelector("h2").focus({ preventScroll: true });
  }

  function hide() {
    if (state.row === null) return;
    const row = state.row;
    state.row = null;
    box.replaceChildren();
    showOverview(true);
    document.title = title;
    table.redraw();
    if (["", "#articles"].includes(location.hash)) {
      scrollTo(0, state.from);
      table.point(row);
    } else document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }

  const title = document.title;

  function view(row, detail) {
    const [at, count] = table.position(row);
    return [
      node("nav", { class: "steps", "aria-label": "Articles" },
        node("a", { href: "#articles", class: "button", id: "back" }, "All articles ", node("kbd", {}, "Esc")),
        node("span", { class: "grow dim" }, at ? `${counted(at)} of ${counted(count)}` : ""),
        step(row, -1, "Previous", "k"), step(row, 1, "Next", "j")),
      heading(row, detail),
      node("div", { class: "reading" }, aside(row, detail), texts(detail)),
      node("p", { class: "segment-note", "aria-live": "off", hidden: true }),
    ];
  }

  function step(row, way, label, key) {
    const other = table.neighbour(row, way);
    const contents = [`${label} `, node("kbd", {}, key)];
    return other === null
      ? node("span", { class: "button off" }, contents)
      : node("a", { class: "button", href: hashOf(other), rel: way > 0 ? "next" : "prev" }, contents);
  }

  const hashOf = (row) => `#article/${encodeURIComponent(index.id[row])}`;

  function heading(row, detail) {
    const facts = [index.source[row], index.date[row], `${counted(index.article_words[row])} words`];
    if (index.seconds[row]) facts.push(`${figure(index.seconds[row], null)} s`);
    if (detail.tokens) facts.push(`${counted(detail.tokens)} tokens`);
    facts.push(index.id[row]);
    return node("header", {},
      node("h2", { tabindex: -1, lang: "en" }, index.title[row]),
      index.original[row] ? node("p", { class: "original", lang: detail.language }, index.original[row]) : null,
      node("p", { class: "facts-line" }, facts.filter(Boolean).map((fact) => node("span", {}, fact))));
  }

  function aside(row, detail) {
    const parts = [node("h3", {}, "Summary"), summary(detail)];
    if (detail.flags.length) parts.push(node("h3", {}, "Flags"), node("ul", { class: "plain flags" }, detail.flags.map(flag)));
    if (detail.references.length) {
      parts.push(node("h3", {}, detail.references.length > 1 ? "Reference summaries" : "Reference summary"));
      parts.push(...detail.references.map((text) => node("p", { class: "reference", lang: "en" }, text)));
    }
    const scores = scoreList(row);
    if (scores) parts.push(node("details", { open: innerWidth > 1120 }, node("summary", {}, "Scores"), scores));
    if (detail.candidates.length) {
      parts.push(node("details", {}, node("summary", {}, `Summaries not chosen (${detail.candidates.length})`),
        detail.candidates.map((text) => node("p", { class: "reference", lang: "en" }, text))));
    }
    return node("aside", {}, parts);
  }

  // A sentence of the summary points at the translated sentences that share most words with it.
  function summary(detail) {
    if (!detail.summary) return node("p", { class: "note" }, "There is no summary.");
    const flagged = wordsFlagged(detail.flags, "summary");
    const segments = detail.segments.flat().map(([, target]) => wordsOf(target));
    const parts = sentencesOf(detail.summary).map((sentence) => {
      const words = wordsOf(sentence);
      const shared = segments.map((other, at) => [[...words].filter((word) => other.has(word)).length / (words.size || 1), at]);
      const close = shared.filter(([share]) => share >= CLOSE).sort(([a], [b]) => b - a).slice(0, MOST_CLOSE);
      return node("span", { "data-close": close.map(([, at]) => at).join(" ") }, marked(sentence, flagged, "Not found in the article"));
    });
    return node("p", { class: "summary", lang: "en" }, parts);
  }

  function flag([kind, words, said]) {
    const known = run.flags[kind] ?? { label: kind, explanation: "" };
    return node("li", {}, node("span", { class: "flag" }, known.label),
      words.length ? node("b", {}, ` ${words.join(", ")}`) : null,
      node("p", {}, known.explanation || said));
  }

  function scoreList(row) {
    const metrics = all.filter((measure) => !measure.key.includes(":") || measure.key === "article:support");
    const known = metrics.filter((measure) => measure.values[row] !== null && measure.values[row] !== undefined);
    if (!known.length) return null;
    const means = new Map(run.metrics.map((metric) => [metric.name, metric.value]));
    const average = known.some((measure) => typeof means.get(measure.key) === "number");
    return node("table", { class: "facts" },
      node("thead", {}, node("tr", {}, node("th", { scope: "col" }, "Metric"), node("th", { scope: "col", class: "n" }, "here"),
        average ? node("th", { scope: "col", class: "n" }, "run") : null)),
      node("tbody", {}, known.map((measure) => node("tr", {}, node("th", { scope: "row" }, measure.label),
        node("td", { class: "n" }, figure(measure.values[row], measure.scale)),
        average ? node("td", { class: "n dim" }, figure(means.get(measure.key), measure.scale)) : null))));
  }

  function texts(detail) {
    const lost = wordsFlagged(detail.flags, "source");
    const lines = detail.translation?.split("\n").filter((line) => line.trim()) ?? [];
    const aligned = lines.length === detail.segments.length - 1;
    const grid = node("div", { class: `texts${state.furniture ? " with-furniture" : ""}${state.reference ? " with-reference" : ""}` },
      node("p", { class: "column" }, "Source"), node("p", { class: "column" }, "Translation"));
    let number = 0;
    const furniture = (place) => detail.furniture.filter(([at]) => at === place).map(([, text, rule]) =>
      node("p", { class: "furniture", lang: detail.language }, node("del", {}, text), node("small", {}, rule.replaceAll("-", " "))));
    detail.segments.forEach((segments, block) => {
      const source = node("p", { class: block ? "source" : "source first", lang: detail.language });
      const target = node("p", { class: block ? "target" : "target first", lang: "en" });
      for (const [original, english, score, notes] of segments) {
        const about = { "data-segment": number++, "data-score": score, "data-notes": notes.join("; ") || null };
        source.append(node("span", about, marked(original, lost, "Missing from the translation")), " ");
        target.append(node("span", { ...about, class: notes.some((note) => /lost|degenerate/.test(note)) ? "doubtful" : null }, english), " ");
      }
      if (block > 0) grid.append(...furniture(block - 1));
      const cell = node("div", { class: "cell" }, target);
      if (aligned && block) cell.append(node("p", { class: "reference aligned", lang: "en" }, lines[block - 1]));
      grid.append(source, cell);
    });
    grid.append(...furniture(detail.segments.length - 1));
    const whole = lines.length && !aligned
      ? node("div", { class: "whole-reference" }, node("h3", {}, "Reference translation"), lines.map((line) => node("p", { lang: "en" }, line)))
      : null;
    return node("div", { class: "texts-box" },
      node("p", { class: "toggles" },
        detail.furniture.length ? toggle("furniture", `Removed from the page (${detail.furniture.length})`, "f", grid) : null,
        lines.length ? toggle("reference", "Reference translation", "r", grid) : null),
      grid, whole);
  }

  function toggle(name, label, key, grid) {
    return node("button", {
      type: "button", class: "quiet", "data-toggle": name, "aria-pressed": String(state[name]),
      onclick: (event) => {
        state[name] = !state[name];
        grid.classList.toggle(`with-${name}`, state[name]);
        event.currentTarget.setAttribute("aria-pressed", String(state[name]));
      },
    }, `${label} `, node("kbd", {}, key));
  }

  function highlight(target) {
    for (const old of box.querySelectorAll(".on, .near")) old.classList.remove("on", "near");
    const note = box.querySelector(".segment-note");
    const segment = target?.closest?.("[data-segment]");
    const sentence = target?.closest?.("[data-close]");
    if (segment) {
      for (const same of box.querySelectorAll(`[data-segment="${segment.dataset.segment}"]`)) same.classList.add("on");
      for (const from of box.querySelectorAll("[data-close]")) {
        if (from.dataset.close.split(" ").includes(segment.dataset.segment)) from.classList.add("near");
      }
    } else if (sentence) {
      sentence.classList.add("on");
      for (const at of sentence.dataset.close.split(" ").filter(Boolean)) {
        for (const same of box.querySelectorAll(`[data-segment="${at}"]`)) same.classList.add("near");
      }
    }
    if (!note) return;
    const said = segment ? [] : null;
    if (segment?.dataset.score) said.push(`mean log-probability ${segment.dataset.score}`);
    if (segment?.dataset.notes) said.push(segment.dataset.notes);
    if (sentence && !segment) note.textContent = sentence.dataset.close ? "Marked: the translated sentences that share most words with this one" : "No translated sentence shares many words with this one";
    else note.textContent = said?.length ? `Sentence ${Number(segment.dataset.segment) + 1}: ${said.join("; ")}` : "";
    note.hidden = !note.textContent;
  }

  box.addEventListener("pointerover", (event) => event.pointerType === "mouse" && highlight(event.target));
  box.addEventListener("click", (event) => highlight(event.target));

  return {
    isOpen: () => state.row !== null,
    move(way) {
      const other = table.neighbour(state.row, way);
      if (other !== null) location.replace(hashOf(other));
    },
    press: (name) => box.querySelector(`[data-toggle="${name}"]`)?.click(),
    open: (row) => { location.hash = hashOf(row); },
    follow() {
      const found = /^#article\/(.*)$/s.exec(location.hash);
      let row;
      try {
        row = found ? rows.get(decodeURIComponent(found[1])) : undefined;
      } catch {
        row = undefined; // a hash that is no encoded text
      }
      if (row === undefined) hide();
      else show(row);
    },
  };
}
