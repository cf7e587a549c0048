// Ways to share that need the browser's help: the share sheet, copying, and the code as a picture with the name.
"use strict";
(() => {
  const said = (button) => button.closest("[data-ways]").querySelector("[data-said]");

  const showWhere = (can, selector, act) => {
    for (const button of can ? document.querySelectorAll(selector) : []) {
      button.hidden = false;
      button.addEventListener("click", async (event) => {
        try {
          said(button).textContent = "";
          await act(button, event);
          said(button).textContent = button.dataset.done ?? "";
        } catch (error) {
          // Closing the sheet is no failure.
          if (error.name !== "AbortError") said(button).textContent = button.dataset.failed ?? "";
        }
      });
    }
  };

  const WIDTH = 1080;
  const fitted = (brush, text, style, size) => {
    const room = WIDTH - 80;
    brush.font = `${style} ${size}px system-ui, sans-serif`;
    for (; brush.measureText(text).width > room && size > 32; size -= 4) {
      brush.font = `${style} ${size}px system-ui, sans-serif`;
    }
    let letters = [...text];
    while (brush.measureText(text).width > room) {
      letters = letters.slice(0, -1);
      text = `${letters.join("")}…`;
    }
    return text;
  };

  // Drawn here and not by the server: the browser has the letters of every language.
  const draw = (code, name, address) => {
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = WIDTH + 200;
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.imageSmoothingEnabled = false;
    const side = code.naturalWidth * Math.max(1, Math.floor(WIDTH / code.naturalWidth));
    brush.drawImage(code, (WIDTH - side) / 2, (WIDTH - side) / 2, side, side);
    brush.textAlign = "center";
    brush.fillStyle = "#1b1b1e";
    brush.fillText(fitted(brush, name, "600", 64), WIDTH / 2, WIDTH + 60);
    brush.fillStyle = "#5a5960";
    brush.fillText(fitted(brush, address, "400", 40), WIDTH / 2, WIDTH + 130);
    return new Promise((resolve, reject) =>
      canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("no picture"))), "image/png"),
    );
  };

  const save = async (link, event) => {
    if (link.dataset.plain) return;
    event.preventDefault();
    try {
      const code = new Image();
      code.src = link.href;
      await code.decode();
      const picture = document.createElement("a");
      picture.href = URL.createObjectURL(await draw(code, link.dataset.picture, link.dataset.address));
      picture.download = link.download;
      picture.click();
      setTimeout(() => URL.revokeObjectURL(picture.href), 60_000);
    } catch {
      // The code alone is better than nothing.
      link.dataset.plain = "1";
      link.click();
    }
  };

  showWhere(navigator.share, "[data-share]", (button) =>
    navigator.share({ title: button.dataset.title, url: button.dataset.share }),
  );
  showWhere(navigator.clipboard, "[data-copy]", (button) => navigator.clipboard.writeText(button.dataset.copy));
  showWhere(true, "[data-picture]", save);
})();
