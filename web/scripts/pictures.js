// Pictures of the edit form: chosen, dropped or pasted, converted and cropped in the browser where it can,
// sent with progress, and followed until they are ready. Without this script the form's buttons send them.
"use strict";
(() => {
  const form = document.querySelector("#edit");
  const words = form.querySelector("[data-words]").dataset;
  const MOST = 5_000_000;
  const TAKEN = ["image/jpeg", "image/png", "image/webp"];

  const api = async (path, options = {}) => {
    const answer = await fetch(`/api/v1/${path}`, {
      ...options,
      headers: { "X-CSRF-Token": form.dataset.csrf, "Content-Type": "application/json", ...options.headers },
    });
    if (!answer.ok) throw new Error((await answer.json()).title);
    return answer.json();
  };
  const send = (id, file, progress) => new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/v1/images/${id}/content`);
    request.setRequestHeader("X-CSRF-Token", form.dataset.csrf);
    request.setRequestHeader("Content-Type", file.type);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = (event.loaded / event.total) * 100;
    });
    request.addEventListener("load", () => {
      if (request.status < 300) done();
      else failed(new Error(words.notTaken));
    });
    request.addEventListener("error", () => failed(new Error(words.lost)));
    request.send(file);
  });
  const settled = async (id) => {
    for (let wait = 300; ; wait = Math.min(wait * 1.5, 3000)) {
      const image = await api(`images/${id}`);
      if (image.state === "ready" || image.state === "refused") return image;
      await new Promise((again) => setTimeout(again, wait));
    }
  };
  // Browsers name HEIC by its type, its ending, or not at all: its first bytes say it.
  const isHeic = async (file) => {
    const head = new TextDecoder("latin1").decode(await file.slice(4, 12).arrayBuffer());
    return /^ftyp(heic|heix|hevc|heim|heis|mif1|msf1)/.test(head);
  };
  const decoded = async (file) => {
    try {
      return await createImageBitmap(file);
    } catch {
      return null;
    }
  };
  const asJpeg = async (bitmap, name) => {
    const scale = Math.min(1, 4000 / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const content = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
    return new File([content], name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  };

  for (const box of form.querySelectorAll("[data-picture]")) {
    const part = (name) => box.querySelector(`[data-${name}]`);
    const input = box.querySelector("input[type=file]");
    const value = part("image");
    // The new picture's id. The form keeps the picture it has until the new one is ready.
    const coming = part("coming");
    const progress = part("progress");
    const label = box.querySelector("label").textContent;
    const say = (text) => { part("state").textContent = text; };
    const stays = () => (value.value ? words.stays : words.another);

    const follow = async (id) => {
      const image = await settled(id);
      if (coming.value !== id) return;
      coming.value = "";
      if (image.state === "refused" && value.value === id) value.value = "";
      if (image.state === "refused") return say(`${words.refused} ${image.problem.detail}. ${stays()}`);
      value.value = id;
      const shown = new Image();
      shown.src = `/api/v1/images/${id}/content`;
      shown.alt = label;
      part("shown").replaceChildren(shown);
      say(words.ready);
      form.dispatchEvent(new Event("input"));
    };
    // A file that can be sent: JPEG, PNG or WebP, a square where the picture is shown as one. Null says why not.
    const prepared = async (file) => {
      let made = file;
      const heic = await isHeic(file);
      const bitmap = await decoded(file);
      if (heic && !bitmap) return say(`${words.heic} ${stays()}`);
      if (heic) made = await asJpeg(bitmap, file.name);
      else if (!TAKEN.includes(file.type)) return say(`${words.noPicture} ${stays()}`);
      if (bitmap && "square" in box.dataset) made = await window.izwopCrop(bitmap, made);
      if (made && made.size > MOST) {
        if (!bitmap) return say(`${words.large} ${stays()}`);
        made = await asJpeg(bitmap, file.name);
        if (made.size > MOST) return say(`${words.large} ${stays()}`);
      }
      return made;
    };
    const take = async (file) => {
      try {
        const made = await prepared(file);
        if (!made) return;
        progress.classList.remove("vh");
        progress.value = 0;
        say(words.sending);
        const image = await api("images", { method: "POST", body: JSON.stringify({ purpose: box.dataset.picture }) });
        await send(image.id, made, progress);
        coming.value = image.id;
        form.dispatchEvent(new Event("input"));
        say(words.sent);
        await follow(image.id);
      } catch (error) {
        say(`${error.message}. ${stays()}`);
      } finally {
        progress.classList.add("vh");
        // So that the same file can be chosen again.
        input.value = "";
      }
    };

    part("upload").hidden = true;
    input.addEventListener("change", () => { if (input.files[0]) take(input.files[0]); });
    box.addEventListener("dragover", (event) => {
      event.preventDefault();
      box.classList.add("over");
    });
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("over");
      if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
    box.addEventListener("paste", (event) => {
      const [file] = event.clipboardData.files;
      if (!file) return;
      event.preventDefault();
      take(file);
    });
    const look = part("look");
    if (look) {
      look.hidden = true;
      if (!coming.value) coming.value = value.value;
      follow(coming.value).catch(() => { look.hidden = false; });
    }
  }
})();
