/* The admin: choices that load while one types get the name of their field, for screen readers. */
(() => {
  const name = (box) => {
    const select = box.previousElementSibling;
    const label = select?.id && document.querySelector(`label[for="${select.id}"]`);
    const shown = box.querySelector("[role=combobox]");
    if (!label || !shown) return;
    label.id ||= `${select.id}_label`;
    const value = shown.querySelector("[id]")?.id;
    shown.setAttribute("aria-labelledby", [label.id, value].filter(Boolean).join(" "));
  };
  const all = () => document.querySelectorAll(".select2-container").forEach(name);
  document.addEventListener("DOMContentLoaded", () => {
    all();
    new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
  });
  document.addEventListener("focusin", (event) => {
    const field = event.target.closest?.(".select2-search__field");
    const open = document.querySelector(".select2-container--open")?.previousElementSibling;
    const label = field && open?.id && document.querySelector(`label[for="${open.id}"]`);
    if (label) field.setAttribute("aria-label", label.textContent.trim());
  });
})();
