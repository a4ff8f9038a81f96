// The filters: with script every change searches at once, so the button only closes the phone's sheet; Escape closes
// it too. The facets come back with new counts and stay as they were: open or closed, narrowed, and focused by id.
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

  const folds = () => sheet.querySelectorAll("[data-facet]");
  const narrow = () => {
    const field = sheet.querySelector("[data-narrow]");
    if (!field) return;
    field.hidden = false;
    const facet = field.closest("[data-facet]");
    const word = field.value.trim().toLowerCase();
    if (word) facet.querySelector(".more-options")?.setAttribute("open", "");
    for (const row of facet.querySelectorAll("li")) {
      row.hidden = Boolean(word) && !row.textContent.toLowerCase().includes(word);
    }
  };
  sheet.addEventListener("input", (event) => {
    if (event.target.matches("[data-narrow]")) narrow();
  });
  // The field narrows the list alone; it is no filter.
  sheet.addEventListener("change", (event) => {
    if (event.target.matches("[data-narrow]")) event.stopPropagation();
  }, true);
  sheet.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-narrow]")) event.preventDefault();
  });
  let kept = new Map();
  let word = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "results") return;
    kept = new Map([...folds()].map((fold) => [fold.dataset.facet, fold.open]));
    word = sheet.querySelector("[data-narrow]")?.value ?? "";
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.target.id !== "facets") return;
    for (const fold of folds()) if (kept.has(fold.dataset.facet)) fold.open = kept.get(fold.dataset.facet);
    const field = sheet.querySelector("[data-narrow]");
    if (field) field.value = word;
    narrow();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "results") return;
    const headline = document.querySelector("#headline")?.textContent ?? "";
    if (status) status.textContent = headline;
    apply.textContent = `${apply.dataset.apply} · ${headline}`;
  });
  narrow();
})();
