// Copies the link of the card where the browser allows it.
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = document.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      said.textContent = "The link is copied.";
    } catch {
      said.textContent = "Your browser did not let us copy it. Select the link above instead.";
    }
  });
}
