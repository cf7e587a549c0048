// The edit form with a script: a preview that follows what is typed, and pictures that are sent at once.
// Without it, the form's own buttons do the same.
"use strict";
(() => {
  const form = document.querySelector("#edit");
  const csrf = form.dataset.csrf;

  // The preview beside the form.
  const pane = document.querySelector("[data-pane]");
  const frame = document.querySelector("[data-frame]");
  const viewer = document.querySelector("[data-as]");
  const wide = matchMedia("(min-width: 62rem)");
  const PAUSE = 400;
  let timer = 0;

  // What is typed is posted into the frame, which so has the card's own policy and no script of ours.
  const show = () => {
    if (!wide.matches) return;
    const copy = document.createElement("form");
    copy.method = "post";
    copy.action = `${form.dataset.live}?framed=1&as=${viewer.value}`;
    copy.target = frame.name;
    copy.hidden = true;
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string") continue;
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      copy.append(field);
    }
    const at = frame.contentWindow?.scrollY ?? 0;
    frame.addEventListener("load", () => {
      frame.contentWindow.scrollTo(0, at);
      // The preview is for viewing only: its links are disabled, and the Tab key skips it.
      frame.contentDocument.addEventListener("click", (event) => event.preventDefault());
      for (const link of frame.contentDocument.querySelectorAll("a, summary")) link.tabIndex = -1;
    }, { once: true });
    document.body.append(copy);
    copy.submit();
    copy.remove();
    pane.hidden = false;
    document.querySelector("[data-face]").hidden = true;
  };
  const showSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  };
  form.addEventListener("input", showSoon);
  viewer.addEventListener("change", show);
  wide.addEventListener("change", show);
  show();

  // Leaving with something unsaved asks first.
  let unsaved = "unsaved" in form.dataset;
  form.addEventListener("input", () => { unsaved = true; });
  const press = (off) => {
    for (const button of form.querySelectorAll(".bottom button")) button.disabled = off;
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget === "_blank") return;
    unsaved = false;
    // Against a double submit. Later than the event, because a disabled button is not sent with the form.
    setTimeout(press, 0, true);
  });
  addEventListener("pageshow", () => press(false));
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  // Pictures: made, sent with progress, and looked after until they are ready.
  const MOST = 5_000_000;
  const api = async (path, options = {}) => {
    const answer = await fetch(`/api/v1/${path}`, {
      ...options,
      headers: { "X-CSRF-Token": csrf, "Content-Type": "application/json", ...options.headers },
    });
    if (!answer.ok) throw new Error((await answer.json()).title);
    return answer.json();
  };
  const send = (id, file, progress) => new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/v1/images/${id}/content`);
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.setRequestHeader("Content-Type", file.type);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = (event.loaded / event.total) * 100;
    });
    request.addEventListener("load", () => {
      if (request.status < 300) done();
      else failed(new Error("It was not taken"));
    });
    request.addEventListener("error", () => failed(new Error("The connection was lost")));
    request.send(file);
  });
  const settled = async (id) => {
    for (let wait = 300; ; wait = Math.min(wait * 1.5, 3000)) {
      const image = await api(`images/${id}`);
      if (image.state === "ready" || image.state === "refused") return image;
      await new Promise((again) => setTimeout(again, wait));
    }
  };

  for (const box of form.querySelectorAll("[data-picture]")) {
    const part = (name) => box.querySelector(`[data-${name}]`);
    const input = box.querySelector("input[type=file]");
    const value = part("image");
    // The new picture's id. The form keeps the picture it has until the new one is ready.
    const coming = part("coming");
    const say = (text) => { part("state").textContent = text; };
    const label = box.querySelector("label").textContent;
    const follow = async (id) => {
      const image = await settled(id);
      if (coming.value !== id) return;
      coming.value = "";
      if (image.state === "refused") {
        if (value.value === id) value.value = "";
        say(`Not taken: ${image.problem.detail}. ${value.value ? "The one you had stays." : "Choose another one."}`);
        return;
      }
      value.value = id;
      const shown = new Image();
      shown.src = `/api/v1/images/${id}/content`;
      shown.alt = label;
      part("shown").replaceChildren(shown);
      say("Ready. Save to keep it.");
      show();
    };
    part("upload").hidden = true;
    input.addEventListener("change", async () => {
      const [file] = input.files;
      if (!file) return;
      if (file.size > MOST) return say("The picture is larger than 5 MB. Choose a smaller one.");
      if (!["image/jpeg", "image/png", "image/webp"].includes(file.type)) {
        return say("This is not a JPEG, PNG or WebP picture. Choose another one.");
      }
      const progress = part("progress");
      progress.classList.remove("vh");
      progress.value = 0;
      say("Sending…");
      try {
        const made = await api("images", { method: "POST", body: JSON.stringify({ purpose: box.dataset.picture }) });
        await send(made.id, file, progress);
        coming.value = made.id;
        unsaved = true;
        say("Sent. It is being made ready, which takes a few seconds.");
        await follow(made.id);
      } catch (error) {
        say(`${error.message}. Try again.`);
      } finally {
        progress.classList.add("vh");
        // So that the same file can be chosen again.
        input.value = "";
      }
    });
    const look = part("look");
    if (look) {
      look.hidden = true;
      if (!coming.value) coming.value = value.value;
      follow(coming.value).catch(() => { look.hidden = false; });
    }
  }
})();
