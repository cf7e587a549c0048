// The row of codes: remembers the card shown last, turns with the arrow keys, and keeps the screen on.
"use strict";
(() => {
  const KEY = "izwop-shared-card";
  const row = document.querySelector("[data-panels]");
  const panels = [...row.querySelectorAll(".panel")];
  let current = panels[0];

  const store = (act) => {
    try {
      return act(localStorage);
    } catch {
      // Storage may be switched off: then the card changed last comes first.
      return null;
    }
  };

  const go = (panel, behavior) => panel.scrollIntoView({ behavior, inline: "start", block: "nearest" });

  const become = (panel) => {
    current = panel;
    for (const each of panels) each.inert = each !== panel;
    store((kept) => kept.setItem(KEY, panel.id));
    history.replaceState(null, "", `?card=${panel.id}`);
  };

  const watch = new IntersectionObserver(
    (seen) => {
      // A busy browser tells of several moments at once, the oldest first.
      const shown = seen.findLast((each) => each.isIntersecting);
      if (shown && shown.target !== current) become(shown.target);
    },
    { root: row, threshold: 0.6 },
  );

  const turn = (by) => {
    const next = panels[panels.indexOf(current) + by];
    if (!next) return;
    const held = document.activeElement?.closest?.(".turn");
    const back = held && held === current.querySelector(".turn");
    become(next);
    go(next);
    const arrows = next.querySelectorAll("a.turn");
    if (held) (back ? arrows[0] : arrows[arrows.length - 1])?.focus({ preventScroll: true });
  };

  const start = () => {
    const asked = new URLSearchParams(location.search).has("card");
    const last = asked || location.hash ? null : store((kept) => kept.getItem(KEY));
    const panel = last ? document.getElementById(last) : document.getElementById(location.hash.slice(1));
    if (last && !panel && "more" in row.dataset) {
      location.replace(`?card=${encodeURIComponent(last)}`);
      return;
    }
    const first = panels.includes(panel) ? panel : panels[0];
    become(first);
    if (first !== panels[0]) go(first, "instant");
    for (const each of panels) watch.observe(each);
  };

  row.addEventListener("click", (event) => {
    const arrow = event.target.closest("a.turn");
    if (!arrow) return;
    event.preventDefault();
    turn(arrow === current.querySelector(".turn") ? -1 : 1);
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const ways = { ArrowLeft: -1, ArrowRight: 1 };
    const by = ways[event.key];
    if (!by) return;
    event.preventDefault();
    turn(getComputedStyle(row).direction === "rtl" ? -by : by);
  });

  // A screen that goes dark while somebody looks for their camera.
  const stayOn = () => {
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", stayOn);
  stayOn();
  start();
})();
