// Cropping a picture to a square before it is sent, with a preview: by dragging, or by the sliders.
"use strict";
window.izwopCrop = (() => {
  const dialog = document.querySelector("[data-crop]");
  const canvas = dialog.querySelector("canvas");
  const zoom = dialog.querySelector("[name=zoom]");
  const across = dialog.querySelector("[name=across]");
  const down = dialog.querySelector("[name=down]");
  const SIDE = 1024;
  const pen = canvas.getContext("2d");
  let picture = null;

  // The square's side and corner in the picture's own pixels: never outside of it.
  const square = () => {
    const side = Math.min(picture.width, picture.height) / Number(zoom.value);
    return {
      side,
      x: (picture.width - side) * (Number(across.value) / 100),
      y: (picture.height - side) * (Number(down.value) / 100),
    };
  };
  const draw = () => {
    const { side, x, y } = square();
    across.disabled = picture.width <= side;
    down.disabled = picture.height <= side;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  };
  for (const slider of [zoom, across, down]) slider.addEventListener("input", draw);

  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, y: event.clientY, across: Number(across.value), down: Number(down.value) };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    const { side } = square();
    const scale = side / canvas.clientWidth;
    const room = (length) => Math.max(length - side, 1);
    across.value = held.across - ((event.clientX - held.x) * scale * 100) / room(picture.width);
    down.value = held.down - ((event.clientY - held.y) * scale * 100) / room(picture.height);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom.value = Number(zoom.value) - Math.sign(event.deltaY) * 0.1;
    draw();
  }, { passive: false });

  // The chosen square as a JPEG file; the picture as it is if it is a square; null if the person left.
  return async (bitmap, file) => {
    if (Math.abs(bitmap.width - bitmap.height) < 2) return file;
    picture = bitmap;
    zoom.value = 1;
    across.value = 50;
    // Faces are rather in the upper half.
    down.value = bitmap.height > bitmap.width ? 30 : 50;
    draw();
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
    if (dialog.returnValue !== "use") return null;
    const { side, x, y } = square();
    const made = document.createElement("canvas");
    made.width = made.height = Math.min(SIDE, Math.round(side));
    const paper = made.getContext("2d");
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, made.width, made.height);
    paper.drawImage(picture, x, y, side, side, 0, 0, made.width, made.height);
    const content = await new Promise((done) => made.toBlob(done, "image/jpeg", 0.92));
    return new File([content], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  };
})();
