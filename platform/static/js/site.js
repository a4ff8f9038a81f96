/* What every page needs: the token for htmx, the theme switch, menus that close, forms that send once. */
(() => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;

  document.addEventListener("htmx:configRequest", (event) => {
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });

  // Theme: device, light, dark and round again.
  const order = ["auto", "light", "dark"];
  const switches = document.querySelectorAll("[data-theme-switch]");
  const label = () => {
    for (const button of switches) {
      const text = button.dataset[window.openInstrumentsTheme.chosen()];
      const words = button.querySelector("[data-theme-label]");
      if (words) {
        words.textContent = text;
      } else {
        button.setAttribute("aria-label", text);
        button.title = text;
      }
    }
  };
  label();
  for (const button of switches) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = order[(order.indexOf(window.openInstrumentsTheme.chosen()) + 1) % order.length];
      window.openInstrumentsTheme.choose(next);
      label();
    });
  }

  // A reply template that is chosen puts its words into the field it is for.
  document.addEventListener("change", (event) => {
    const select = event.target.closest("select[data-fills]");
    const words = select?.selectedOptions[0]?.dataset.words;
    const field = select?.form?.elements[select.dataset.fills];
    if (words && field) field.value = words;
  });

  // Menus are <details>: they open without script and close on Escape or a press elsewhere.
  const openMenus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A select or checkbox marked data-submit sends its form at once; the form's own button serves without script.
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-submit]");
    if (field) field.form.requestSubmit();
  });

  // One press, one request: the second press of a sending POST form is ignored, until the page is shown again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sending) event.preventDefault();
    else {
      form.dataset.sending = "1";
      // An answer that is a file leaves the page in place.
      window.setTimeout(() => delete form.dataset.sending, 4000);
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) delete form.dataset.sending;
  });

  // Copy buttons: <button data-copy="#id"> copies the text or value of that element and says so.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    const source = button && document.querySelector(button.dataset.copy);
    if (!source) return;
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    const said = button.querySelector("[data-copied]");
    if (said) said.hidden = false;
  });

  // What has to be read first (a refusal, an error list) takes the focus, on arrival and after a swap.
  const focusFirst = (within) => within.querySelector?.("[data-focus]")?.focus();
  focusFirst(document);
  document.addEventListener("htmx:afterSwap", (event) => focusFirst(event.target));

  // Print buttons.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
