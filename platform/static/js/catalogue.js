// Comparison tray of the catalogue: appears when an instrument is ticked, refuses a fifth in words.
(() => {
  const tray = document.querySelector("[data-compare]");
  if (!tray) return;
  const most = Number(tray.dataset.most);
  const list = tray.querySelector("[data-compare-list]");
  const count = tray.querySelector("[data-compare-count]");
  const say = tray.querySelector("[data-compare-say]");
  const chosen = () => [...document.querySelectorAll('input[name="code"][form="compare"]:checked')];
  const show = () => {
    const boxes = chosen();
    tray.hidden = boxes.length === 0;
    count.textContent = String(boxes.length);
    list.replaceChildren(
      ...boxes.map((box) => {
        const item = document.createElement("li");
        item.textContent = box.dataset.compareName;
        return item;
      }),
    );
  };
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.getAttribute("form") !== "compare") return;
    say.textContent = "";
    if (box.checked && chosen().length > most) {
      box.checked = false;
      say.textContent = tray.dataset.full;
    }
    show();
  });
  document.addEventListener("htmx:afterSwap", show);
  show();
})();
