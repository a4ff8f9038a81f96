/* The desk: parts that changed swap in place, single keys do what buttons do, the board opens at the present moment. */
(() => {
  const desk = document.getElementById("desk");
  if (!desk) return;
  const voice = document.getElementById("desk-voice");
  const help = document.getElementById("desk-help");
  const typing = (element) =>
    element?.matches?.("input:not([type=hidden]), textarea, select, [contenteditable]");
  const say = (text) => {
    voice.textContent = "";
    window.setTimeout(() => (voice.textContent = text), 50);
  };

  // The board opens at now, or at eight, where it is wider than its place.
  const toNow = () => {
    const board = desk.querySelector(".board");
    const spot = board?.querySelector(".axis .now") || board?.querySelector(".axis .s97");
    if (!spot) return;
    const head = board.querySelector(".axis .who").offsetWidth;
    const before = spot.classList.contains("now") ? (board.clientWidth - head) / 3 : 0;
    board.scrollLeft = spot.parentElement.offsetLeft + spot.offsetLeft - head - before;
  };

  const show = () => {
    for (const element of desk.querySelectorAll("[data-needs-script]")) element.hidden = false;
  };

  // Refresh: only parts that differ are exchanged, and none in which somebody writes.
  const plain = (element) =>
    element.outerHTML
      .replace(/<input[^>]*csrfmiddlewaretoken[^>]*>/g, "")
      .replace(/ class=""| hidden(="")?|htmx-[a-z]+/g, "");
  const seen = new Map();
  const parts = () =>
    desk
      .getAttribute("hx-select-oob")
      .split(",")
      .map((id) => id.trim().slice(1));
  for (const id of parts()) {
    const part = document.getElementById(id);
    if (part) seen.set(id, plain(part));
  }
  let acted = null; // the form whose answer is on its way
  let place = null; // where the focus and the board were before the answer
  const items = () => [...desk.querySelectorAll("[data-item]")].filter((item) => item.offsetParent);
  const current = () => document.activeElement?.closest?.("[data-item]");
  const isBusy = (part) =>
    !(acted && part.contains(acted)) &&
    ((part.contains(document.activeElement) && typing(document.activeElement)) ||
      part.querySelector("details[open] form, form details[open], input[name=chosen]:checked"));

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "desk-refresh" && document.hidden) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.target.closest?.("#desk form");
    const answer = event.detail.xhr;
    if (form && (answer.status >= 400 || !answer.responseText.includes('id="desk-head"'))) {
      // A refusal has its own page, with the reason and what was typed: nothing was changed, so it is sent again plainly.
      event.detail.shouldSwap = false;
      event.detail.isError = false;
      HTMLFormElement.prototype.submit.call(form);
      return;
    }
    if (!answer.responseText.includes('id="desk-head"')) {
      event.detail.shouldSwap = false;
      if (answer.status < 400) window.location.reload();
      return;
    }
    acted = form;
    const board = desk.querySelector(".board");
    place = {
      scroll: board?.scrollLeft,
      title: desk.querySelector("h1")?.textContent,
      item: items().indexOf(current()),
      inside: Boolean(current()),
      open: [...desk.querySelectorAll(".fold[open]")].map((fold) => fold.id),
    };
  });

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    const fresh = event.detail.fragment.firstElementChild;
    if (!fresh || !part?.id) return;
    const text = plain(fresh);
    if (seen.get(part.id) === text || isBusy(part)) event.detail.shouldSwap = false;
    else seen.set(part.id, text);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const lost = document.getElementById("desk-lost");
    const failed = !event.detail.xhr || event.detail.xhr.status === 0 || event.detail.xhr.status >= 500;
    if (lost) {
      lost.hidden = !failed;
      lost.textContent = failed ? desk.dataset.lost : "";
    }
    if (failed || !place) return;
    const board = desk.querySelector(".board");
    if (board && place.scroll !== undefined) board.scrollLeft = place.scroll;
    for (const id of place.open) document.getElementById(id)?.setAttribute("open", "");
    if (place.inside && !current() && document.activeElement === document.body) {
      const left = items();
      (left[Math.min(Math.max(place.item, 0), left.length - 1)] || document.getElementById("to-decide")).focus();
    }
    const message = acted ? desk.querySelector("#desk-said .say p")?.textContent : "";
    const title = desk.querySelector("h1")?.textContent;
    if (message) say(message);
    else if (title !== place.title) say(title);
    acted = place = null;
    show();
  });

  // Keys
  const isOff = () => localStorage.getItem("desk-keys") === "off";
  const label = () => {
    document.documentElement.classList.toggle("keys-off", isOff());
    const button = help.querySelector("[data-keys-switch]");
    button.textContent = isOff() ? button.dataset.on : button.dataset.off;
  };
  document.documentElement.classList.add("has-keys");
  document.getElementById("desk-keys").hidden = false;
  label();
  show();
  toNow();
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-help]")) help.showModal();
    if (event.target.closest("[data-keys-close]")) help.close();
    if (event.target.closest("[data-keys-switch]")) {
      localStorage.setItem("desk-keys", isOff() ? "on" : "off");
      label();
    }
  });

  const focusOn = (element) => {
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = items();
    if (!all.length) return;
    const at = all.indexOf(current());
    const below = all.findIndex(
      (item) => document.activeElement.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    const after = below < 0 ? all.length : below;
    const next = at < 0 ? (by > 0 ? after : after - 1) : at + by;
    focusOn(all[Math.min(Math.max(next, 0), all.length - 1)]);
  };
  // An act needs its item in focus; without one the key leads to the first that has it.
  const act = (name) => {
    const button = current()?.querySelector(`[data-act="${name}"]`);
    if (!button) {
      const first = items().find((item) => item.querySelector(`[data-act="${name}"]`));
      if (!first) return;
      focusOn(first);
      say(desk.dataset.again);
      return;
    }
    button.click();
    if (name === "decline") button.closest("details").querySelector("input[name=reason]").focus();
  };
  const along = (key) => {
    const block = document.activeElement?.closest?.(".board a.block");
    if (!block) return false;
    const blocks = (lane) => [...lane.querySelectorAll("a.block")];
    const lane = block.closest(".lane");
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const all = blocks(lane);
      all[all.indexOf(block) + (key === "ArrowRight" ? 1 : -1)]?.focus();
      return true;
    }
    let other = lane;
    do other = key === "ArrowDown" ? other.nextElementSibling : other.previousElementSibling;
    while (other?.classList.contains("lane") && !blocks(other).length);
    if (!other?.classList.contains("lane")) return true;
    const left = block.getBoundingClientRect().left;
    const away = (element) => Math.abs(element.getBoundingClientRect().left - left);
    blocks(other)
      .sort((a, b) => away(a) - away(b))[0]
      ?.focus();
    return true;
  };
  const back = () => {
    const today = document.getElementById("day-today");
    if (!today.hasAttribute("aria-current")) return today.click();
    toNow();
    focusOn(document.getElementById("board"));
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => act("approve"),
    d: () => act("decline"),
    s: () => act("check-in"),
    t: back,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    if (typing(event.target)) return;
    if (event.key.startsWith("Arrow")) {
      if (along(event.key)) event.preventDefault();
      return;
    }
    if (isOff()) return;
    const key = event.key.toLowerCase();
    if (key === "?") help.showModal();
    else if (keys[key] && !event.shiftKey && !event.repeat) keys[key]();
    else if (/^[1-5]$/.test(key)) {
      const link = document.getElementById(`count-${key}`);
      link.click();
      document.querySelector(link.getAttribute("href"))?.focus();
    } else return;
    event.preventDefault();
  });
})();
