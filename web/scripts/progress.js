// Polls the progress of long work and refreshes that part of the page. Without it, "Look again" does the same.
"use strict";
(() => {
  const PAUSE = 2000;
  const part = () => document.querySelector("[data-progress]");

  const look = async () => {
    let more = true;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = answer.ok && !answer.redirected && page.querySelector("[data-progress]");
      // Signed out, or something is wrong: the page itself says it best.
      if (!found) return location.reload();
      more = "more" in found.dataset;
      // What else there is to do changes with the end: that is a page of its own.
      if (!more) return location.reload();
      const bar = found.querySelector("progress");
      const now = part().querySelector("progress");
      if (bar.hasAttribute("value")) {
        now.max = bar.max;
        now.value = bar.value;
      }
      part().querySelector("[role=status]").textContent = found.querySelector("[role=status]").textContent;
    } catch {
      // The network is away for a moment.
    }
    if (more) setTimeout(look, PAUSE);
  };

  if ("more" in part().dataset) {
    part().querySelector("[data-again]").hidden = true;
    setTimeout(look, PAUSE);
  }
})();
