// Shows the code in the colours that are being chosen, and tells beside the field what cameras could not read.
"use strict";
(() => {
  const form = document.querySelector("[data-looks]");
  if (!form) return;
  const PAUSE = 250;
  let due = 0;
  let asked = 0;

  const tell = (page) => {
    for (const field of form.querySelectorAll("input[id]")) {
      const other = page.getElementById(field.id);
      field.parentElement.querySelector(".fault")?.remove();
      for (const name of ["aria-invalid", "aria-describedby"]) {
        const told = other.getAttribute(name);
        if (told === null) field.removeAttribute(name);
        else field.setAttribute(name, told);
      }
      const fault = other.parentElement.querySelector(".fault");
      if (!fault) continue;
      fault.setAttribute("role", "alert");
      field.after(fault);
    }
  };

  const look = async () => {
    const turn = (asked += 1);
    const query = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(`${form.action}?${query}`, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("[data-look]");
      // Signed out, gone, or overtaken: the button of the form says it best.
      if (!found || !page.querySelector("[data-looks]") || turn !== asked) return;
      tell(page);
      // A look that is refused leaves the last one that can be read.
      if (answer.ok) document.querySelector("[data-look]").replaceWith(found);
    } catch {
      // The network is away for a moment; the button asks again.
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(look, PAUSE);
  });
})();
