// The week of one instrument: a press inside free time chooses the time under the pointer; the phone bar gives way to
// the form. Without script a free stretch is a link to its beginning.
(() => {
  const minute = 60_000;
  const local = (moment) => new Date(moment + 8 * 60 * minute).toISOString().slice(0, 19) + "+08:00";

  const wish = (link, week, event) => {
    const step = Number(week.dataset.step) * minute;
    const length = Number(week.dataset.minutes) * minute;
    const [from, to] = [Date.parse(link.dataset.start), Date.parse(link.dataset.end)];
    const box = link.getBoundingClientRect();
    const under = from + ((event.clientY - box.top) / box.height) * (to - from);
    // Steps are counted from midnight, which is a whole number of steps from any other midnight.
    const midnight = Date.parse(local(from).slice(0, 10) + "T00:00:00+08:00");
    const onGrid = (moment, round) => midnight + round((moment - midnight) / step) * step;
    const last = to - length;
    const start = Math.max(onGrid(from, Math.ceil), Math.min(onGrid(under, Math.floor), onGrid(last, Math.floor)));
    return new URLSearchParams({ start: local(start), end: local(start + length) });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-week] a.k-free");
    // A press by keyboard has no place; it follows the link.
    if (!link || event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const week = link.closest("[data-week]");
    const page = `${week.dataset.page}?${wish(link, week, event)}`;
    event.preventDefault();
    if (!window.htmx || !document.querySelector("#booking form") || document.querySelector(".refused")) {
      window.location.assign(`${page}#book`);
      return;
    }
    window.history.replaceState(null, "", page);
    const typed = [...document.querySelectorAll("#booking [name^=purpose]")].map((field) => [field.name, field.value]);
    window.htmx.ajax("GET", page, { target: "#booking", swap: "outerHTML" }).then(() => {
      for (const [name, value] of typed) {
        const field = document.querySelector(`#booking [name="${name}"]`);
        if (field) field.value = value;
      }
      document.querySelector("#book")?.scrollIntoView({ block: "nearest" });
    });
    window.htmx.ajax("GET", `${week.dataset.self}${new URL(page, window.location).search}`, {
      target: "#week",
      swap: "outerHTML",
    });
  });

  // Going to the form's place in the page takes the focus from what has to be read first; give it back.
  window.addEventListener("pageshow", () => document.querySelector("[data-focus]")?.focus());

  const bar = document.querySelector("[data-hide-beside]");
  const form = bar && document.querySelector(bar.dataset.hideBeside);
  if (form && "IntersectionObserver" in window) {
    new IntersectionObserver(([seen]) => bar.classList.toggle("away", seen.isIntersecting)).observe(form);
  }
})();
