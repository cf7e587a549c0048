// Pictures of the edit form: chosen, dropped or pasted, converted and cropped in the browser where it can,
// sent with progress, and followed until they are ready. Without this script the form's buttons send them.
"use strict";
(() => {
  const form = document.querySelector("#edit");
  const words = form.querySelector("[data-words]").dataset;
  const MOST_BYTES = 5_000_000;
  const LONGEST_SIDE = 4000;
  const TAKEN = ["image/jpeg", "image/png", "image/webp"];

  const api = async (path, options = {}) => {
    const headers = { "X-CSRF-Token": form.dataset.csrf, "Content-Type": "application/json" };
    const answer = await fetch(`/api/v1/${path}`, { ...options, headers }).catch(() => {
      throw new Error(words.lost);
    });
    if (!answer.ok) throw new Error((await answer.json()).title);
    return answer.json();
  };
  // Unlike fetch, an XMLHttpRequest says how much of it was sent.
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
    return /^ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/.test(head);
  };
  const asJpeg = async (bitmap, name) => {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    const pen = canvas.getContext("2d");
    // A JPEG has no transparent parts: they would be black.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const content = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return new File([content], `${name.replace(/\.[^.]*$/, "")}.jpg`, { type: "image/jpeg" });
  };
  const isLarge = (file, bitmap) => file.size > MOST_BYTES || Math.max(bitmap.width, bitmap.height) > LONGEST_SIDE;

  // A file that the server takes, a square one if the picture is shown as a square; null if the person left.
  const prepared = async (file, square) => {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) {
      if (await isHeic(file)) throw new Error(words.heic);
      if (!TAKEN.includes(file.type)) throw new Error(words.noPicture);
      if (file.size > MOST_BYTES) throw new Error(words.large);
      return file;
    }
    const fits = TAKEN.includes(file.type) && !(await isHeic(file)) && !isLarge(file, bitmap);
    const made = fits ? file : await asJpeg(bitmap, file.name);
    const cut = square ? await window.izwopCrop(bitmap, made) : made;
    bitmap.close();
    if (cut && cut.size > MOST_BYTES) throw new Error(words.large);
    return cut;
  };

  // What takes a new picture for each of the form's.
  const takes = new Map();
  for (const box of form.querySelectorAll("[data-picture]")) {
    const part = (name) => box.querySelector(`[data-${name}]`);
    const input = box.querySelector("input[type=file]");
    const value = part("image");
    // The new picture's id. The form keeps the picture it has until the new one is ready.
    const coming = part("coming");
    const progress = part("progress");
    const label = box.querySelector("label").textContent;
    const say = (text) => { part("state").textContent = text; };
    const sayNot = (why) => say(`${why.replace(/\.$/, "")}. ${value.value ? words.stays : words.another}`);

    const follow = async (id) => {
      const image = await settled(id);
      if (coming.value !== id) return;
      coming.value = "";
      if (image.state === "refused") {
        if (value.value === id) value.value = "";
        const why = image.problem.detail;
        return sayNot(`${words.refused} ${why[0].toLowerCase()}${why.slice(1)}`);
      }
      value.value = id;
      const shown = new Image();
      shown.src = `/api/v1/images/${id}/content`;
      shown.alt = label;
      part("shown").replaceChildren(shown);
      say(words.ready);
      form.dispatchEvent(new Event("input"));
    };
    const sendNew = async (file) => {
      progress.hidden = false;
      progress.value = 0;
      say(words.sending);
      const image = await api("images", { method: "POST", body: JSON.stringify({ purpose: box.dataset.picture }) });
      await send(image.id, file, progress);
      coming.value = image.id;
      form.dispatchEvent(new Event("input"));
      say(words.sent);
      await follow(image.id);
    };
    const take = async (file) => {
      try {
        const made = await prepared(file, "square" in box.dataset);
        if (made) await sendNew(made);
      } catch (error) {
        sayNot(error.message);
      } finally {
        progress.hidden = true;
        // So that the same file can be chosen again, and is not sent once more with the form.
        input.value = "";
      }
    };

    takes.set(box, take);
    part("upload").hidden = true;
    part("ways").hidden = !matchMedia("(hover: hover)").matches;
    input.addEventListener("change", () => { if (input.files[0]) take(input.files[0]); });
    const look = part("look");
    if (look) {
      look.hidden = true;
      if (!coming.value) coming.value = value.value;
      follow(coming.value).catch(() => { look.hidden = false; });
    }
  }

  // A picture may be dropped on its place, and pasted there; pasted anywhere but in a text it is the first one.
  const boxes = [...takes.keys()];
  const boxOf = (event) => event.target.closest?.("[data-picture]");
  const over = (event) => {
    for (const box of boxes) box.classList.toggle("over", event.type === "dragover" && box === boxOf(event));
  };
  const withFiles = (event) => event.dataTransfer?.types.includes("Files");
  for (const type of ["dragover", "dragleave", "drop"]) {
    addEventListener(type, (event) => {
      if (!withFiles(event)) return;
      // Beside its place, the browser would leave the form to show the file.
      event.preventDefault();
      over(event);
      const [file] = event.type === "drop" ? event.dataTransfer.files : [];
      if (file && boxOf(event)) takes.get(boxOf(event))(file);
    });
  }
  addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    const box = boxOf(event) ?? (event.target.closest?.("input, textarea") ? null : boxes[0]);
    if (!file || !box) return;
    event.preventDefault();
    takes.get(box)(file);
  });
})();
