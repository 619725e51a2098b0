"use strict";
// Search and filter. Without it the page is whole: nothing here makes what it shows.
(() => {
  const bar = document.getElementById("filter");
  if (!bar) return;
  const query = document.getElementById("query");
  const count = document.getElementById("count");
  const unfold = document.getElementById("unfold");
  const buttons = [...bar.querySelectorAll("[data-show]")];
  const folded = [...document.querySelectorAll("main details")];
  const plain = (text) => text.normalize("NFC").toLowerCase();
  const rows = new Map();
  for (const row of document.querySelectorAll("[data-of]")) {
    rows.set(row.dataset.of, [...(rows.get(row.dataset.of) ?? []), row]);
  }
  const entries = [...document.querySelectorAll("[data-kinds]")].map((card) => ({
    card,
    kinds: ["all", ...card.dataset.kinds.split(" ")],
    number: Number(card.dataset.number),
    text: plain(card.textContent.replace(/\s+/g, " ")),
    rows: rows.get(card.firstElementChild.id) ?? [],
  }));
  const parts = [...document.querySelectorAll("main > section, .when details")];
  let show = "all";

  const filter = () => {
    const words = plain(query.value).split(/\s+/).filter(Boolean);
    let seen = 0;
    for (const entry of entries) {
      const fits = entry.kinds.includes(show) && words.every((word) => entry.text.includes(word));
      entry.card.hidden = !fits;
      for (const row of entry.rows) row.hidden = !fits;
      seen += fits ? entry.number : 0;
    }
    for (const part of parts) {
      const inside = [...part.querySelectorAll("[data-kinds], [data-of]")];
      part.hidden = inside.length > 0 && inside.every((one) => one.hidden);
    }
    const total = entries.reduce((sum, entry) => sum + entry.number, 0).toLocaleString("en");
    count.textContent = seen
      ? `${seen.toLocaleString("en")} of ${total} shown`
      : `None of ${total} fits: change the search or the filter`;
  };
  const choose = (name) => {
    show = name;
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.show === name));
    filter();
  };
  // A link to a change opens it, whatever the filter hides.
  const follow = () => {
    const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (aim?.tagName !== "DETAILS") return;
    if (aim.parentElement.hidden) {
      query.value = "";
      choose("all");
    }
    aim.open = true;
    aim.scrollIntoView();
    aim.querySelector("summary").focus({ preventScroll: true });
  };

  for (const one of buttons) one.addEventListener("click", () => choose(one.dataset.show));
  query.addEventListener("input", filter);
  query.addEventListener("keydown", (pressed) => {
    if (pressed.key !== "Escape") return;
    query.value = "";
    filter();
  });
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-expanded") !== "true";
    for (const one of folded) one.open = open;
    unfold.setAttribute("aria-expanded", String(open));
    unfold.textContent = open ? "Close all" : "Open all";
  });
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details")) one.open = true;
  });
  bar.hidden = false;
  filter();
  follow();
})();
