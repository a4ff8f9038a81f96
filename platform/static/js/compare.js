// The comparison: what is ticked is remembered while the window is open, through filtering, paging and the way back.
// A fifth is refused in words. Without script the boxes of one page are sent by the button under them.
(() => {
  const KEY = "compare";
  const read = () => {
    try {
      return new Map(JSON.parse(window.sessionStorage.getItem(KEY) ?? "[]"));
    } catch {
      return new Map();
    }
  };
  const write = (chosen) => window.sessionStorage.setItem(KEY, JSON.stringify([...chosen]));

  const columns = document.querySelectorAll("[data-compared]");
  if (columns.length || document.querySelector("[data-compared-nothing]")) {
    write([...columns].map((column) => [column.dataset.compared, column.dataset.compareName]));
  }

  const tray = document.querySelector("[data-compare]");
  if (!tray) return;
  const most = Number(tray.dataset.most);
  const list = tray.querySelector("[data-compare-list]");
  const count = tray.querySelector("[data-compare-count]");
  const say = tray.querySelector("[data-compare-say]");
  const clear = tray.querySelector("[data-compare-clear]");
  const boxes = () => document.querySelectorAll('input[name="code"][form="compare"]');
  let chosen = read();

  const item = ([code, name]) => {
    const row = document.createElement("li");
    const words = document.createElement("span");
    const button = document.createElement("button");
    const cross = document.createElement("i");
    words.textContent = name;
    button.type = "button";
    button.dataset.compareRemove = code;
    button.setAttribute("aria-label", `${tray.dataset.remove} ${name}`);
    cross.className = "ti ti-x";
    cross.setAttribute("aria-hidden", "true");
    button.append(cross);
    row.append(words, button);
    // A box on this page sends itself; what was ticked elsewhere is sent from here.
    if (![...boxes()].some((box) => box.value === code)) {
      const sent = document.createElement("input");
      sent.type = "hidden";
      sent.name = "code";
      sent.value = code;
      row.append(sent);
    }
    return row;
  };
  const show = () => {
    for (const box of boxes()) box.checked = chosen.has(box.value);
    tray.classList.toggle("on", chosen.size > 0);
    clear.hidden = false;
    count.textContent = `${chosen.size} / ${most}`;
    list.replaceChildren(...[...chosen].map(item));
    write(chosen);
  };
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.getAttribute("form") !== "compare") return;
    say.textContent = "";
    if (!box.checked) chosen.delete(box.value);
    else if (chosen.size < most) chosen.set(box.value, box.dataset.compareName);
    else say.textContent = tray.dataset.full;
    show();
  });
  tray.addEventListener("click", (event) => {
    const button = event.target.closest("[data-compare-remove], [data-compare-clear]");
    if (!button) return;
    say.textContent = "";
    if (button.dataset.compareRemove) chosen.delete(button.dataset.compareRemove);
    else chosen = new Map();
    show();
    (list.querySelector("button") ?? document.querySelector('input[form="compare"]'))?.focus();
  });
  document.addEventListener("htmx:afterSwap", show);
  window.addEventListener("pageshow", () => {
    chosen = read();
    show();
  });
  show();
})();
