// Everything that is drawn is made by `node` from text: no text is ever parsed as HTML.
const SVG = "http://www.w3.org/2000/svg";

function node(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function shape(tag, attributes = {}, title = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (title) {
    const tip = document.createElementNS(SVG, "title");
    tip.textContent = title;
    element.append(tip);
  }
  return element;
}

const run = JSON.parse(document.getElementById("run").textContent);

async function unpacked(element) {
  const bytes = Uint8Array.from(atob(element.textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

// The index of all articles, as columns: small enough to hold whole.
async function readIndex() {
  const columns = {};
  for (const element of document.querySelectorAll("script.index")) {
    const chunk = await unpacked(element);
    element.remove();
    for (const [name, values] of Object.entries(chunk)) {
      (columns[name] ??= []).push(values);
    }
  }
  for (const name of Object.keys(columns)) columns[name] = columns[name].flat(1);
  return columns;
}

// The details of an article, decoded with its neighbours when they are first asked for.
const KEPT_CHUNKS = 6;
const chunks = new Map();
let detailElements = null;

async function readDetail(article) {
  detailElements ??= [...document.querySelectorAll("script.details")];
  const at = Math.floor(article / run.chunk);
  let chunk = chunks.get(at);
  chunks.delete(at);
  chunk ??= unpacked(detailElements[at]);
  chunks.set(at, chunk);
  if (chunks.size > KEPT_CHUNKS) chunks.delete(chunks.keys().next().value);
  return (await chunk)[article % run.chunk];
}

// What can be said of an article in a number: for columns, sorting, the range filter and the plots.
function measures(index) {
  const first = run.metrics.map((metric, at) => ({
    key: metric.name,
    label: metric.title,
    unit: metric.unit,
    scale: metric.scale,
    values: (index.scores ?? []).map((scores) => scores[at]),
  }));
  const others = [
    { key: "article:support", label: "Supported", unit: "of claims", scale: 1, values: index.support },
    { key: "article:words", label: "Words", unit: "in the summary", scale: 0, values: index.words },
    { key: "article:source", label: "Source words", unit: "an article", scale: 0, values: index.article_words },
    { key: "article:compression", label: "Ratio", unit: "words to one", scale: null, values: index.compression },
    { key: "article:seconds", label: "Seconds", unit: "of model time", scale: null, values: index.seconds },
  ];
  return [...first, ...others].filter((item) => (item.values ?? []).some((value) => value !== null));
}

function figure(value, scale) {
  if (value === null || value === undefined) return "–";
  if (scale === null && value > 0 && value < 0.1) return value.toPrecision(2);
  const digits = scale === 0 ? 0 : scale === 1 ? 2 : scale === 100 ? 1 : value < 10 ? 2 : 1;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const counted = (count) => count.toLocaleString("en");
