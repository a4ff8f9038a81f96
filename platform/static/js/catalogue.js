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

// The filters: with script every change searches at once, so the button only closes the phone's sheet; Escape closes
// it too. The new headline is said politely.
(() => {
  const sheet = document.querySelector("[data-sheet]");
  const apply = sheet?.querySelector("[data-apply]");
  const status = document.querySelector("[data-headline]");
  if (!apply) return;
  const close = () => {
    if (window.location.hash !== "#filters") return;
    window.location.hash = "#results";
    document.querySelector(".open-sheet")?.focus();
  };
  apply.classList.add("sheet-only");
  apply.addEventListener("click", (event) => {
    if (window.location.hash !== "#filters") return;
    event.preventDefault();
    close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "results") return;
    const headline = document.querySelector("#headline")?.textContent ?? "";
    if (status) status.textContent = headline;
    apply.textContent = `${apply.dataset.apply} · ${headline}`;
  });
})();
