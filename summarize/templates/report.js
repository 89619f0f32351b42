async function start() {
  const index = await readIndex();
  const all = measures(index);
  let reader = null;
  const table = makeTable(index, all, (row) => reader.open(row));
  reader = makeReader(index, all, table);
  drawPlots(all, table.choose);
  addEventListener("hashchange", reader.follow);
  reader.follow();
  document.addEventListener("keydown", (event) => onKey(event, table, reader));
  document.documentElement.dataset.ready = "true";
}

function onKey(event, table, reader) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
  if (event.key === "Escape") {
    if (typing) event.target.blur();
    else if (reader.isOpen()) location.hash = "#articles";
    return;
  }
  if (typing) {
    if (event.key === "Enter") {
      event.preventDefault();
      table.openSelected();
    }
    return;
  }
  const way = { j: 1, k: -1 }[event.key];
  if (way) (reader.isOpen() ? reader : table).move(way);
  else if (event.key === "f" && reader.isOpen()) reader.press("furniture");
  else if (event.key === "r" && reader.isOpen()) reader.press("reference");
  else if (event.key === "/" && !reader.isOpen()) {
    event.preventDefault();
    document.getElementById("search").focus();
  }
}

start().catch((error) => {
  document.getElementById("count").textContent = `The articles can't be shown in this browser: ${error.message}`;
  throw error;
});
